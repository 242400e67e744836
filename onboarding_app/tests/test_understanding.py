"""What titles and headings say about a website."""

from onboarding_app.understanding import find_topics, strip_site_name, suggest_questions


def topics(*titles: str) -> tuple[str, ...]:
    return find_topics(titles, business_name="Harbour Wheels")


def test_the_name_of_the_business_is_left_out() -> None:
    found = topics("Harbour Wheels", "Opening hours | Harbour Wheels", "Repairs", "Repairs")
    assert found == ("Opening hours", "Repairs")


def test_whatever_most_titles_repeat_is_left_out() -> None:
    found = topics("Hours \u2013 Our shop", "Repairs \u2013 Our shop", "Jobs \u2013 Our shop")
    assert found == ("Hours", "Repairs", "Jobs")


def test_a_single_page_is_its_own_topic() -> None:
    assert topics("Price list 2026") == ("Price list 2026",)


def test_hyphens_inside_words_do_not_cut_a_title() -> None:
    assert topics("E-bikes", "Check-in") == ("E-bikes", "Check-in")


def test_a_title_that_is_only_the_name_stays_a_title() -> None:
    assert strip_site_name(["Harbour Wheels"], business_name="Harbour Wheels") == ["Harbour Wheels"]


def test_a_faq_comes_first_part_by_part_and_single_headings_last() -> None:
    found = suggest_questions(
        headings=[
            "E-bikes > Is the battery still good?",
            "FAQ > Repairs > Can I bring my own parts?",
            "FAQ > Repairs > 2. Do you wash the bike?",
            "FAQ > Rental > Can I take a dog?",
            "FAQ > Rental > What happens if it rains?",
            "FAQ > Rental > Why?",
            "No question",
        ],
        topics=["Opening hours", "Hours", "Our team"],
    )
    assert found == (
        "Can I bring my own parts?",
        "Can I take a dog?",
        "Do you wash the bike?",
        "What happens if it rains?",
        "What are your opening hours?",
        "Is the battery still good?",
    )


def test_at_most_six_questions_are_suggested() -> None:
    headings = [f"Is this number {n}?" for n in range(9)]
    assert len(suggest_questions(headings=headings, topics=[])) == 6
