"""Pages."""

from django.urls import path

from onboarding_app import views

app_name = "onboarding"
urlpatterns = [
    path("new-agent/", views.new_agent, name="new"),
    path("new-agent/<uuid:public_id>/", views.wizard, name="wizard"),
    path("new-agent/<uuid:public_id>/live/", views.live, name="live"),
    path("new-agent/<uuid:public_id>/material/", views.add_material, name="material"),
    path(
        "new-agent/<uuid:public_id>/material/<uuid:source_id>/remove/",
        views.drop_material,
        name="drop_material",
    ),
    path("new-agent/<uuid:public_id>/answer/", views.answer, name="answer"),
    path("new-agent/<uuid:public_id>/back/", views.go_back, name="back"),
    path("new-agent/<uuid:public_id>/retry/", views.retry, name="retry"),
]
