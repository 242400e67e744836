"""What titles and headings say about a website."""

from onboarding_app.understanding import find_topics, suggest_questions


def test_the_name_that_most_titles_repeat_is_left_out() -> None:
    titles = [
        "Harbour Wheels",
        "Opening hours | Harbour Wheels",
        "Repairs \u2013 Harbour Wheels",
        "Repairs \u2013 Harbour Wheels",
    ]
    assert find_topics(titles) == ("Opening hours", "Repairs")


def test_a_single_page_is_its_own_topic() -> None:
    assert find_topics(["Price list 2026"]) == ("Price list 2026",)


def test_hyphens_inside_words_do_not_cut_a_title() -> None:
    assert find_topics(["E-bikes", "Check-in"]) == ("E-bikes", "Check-in")


def test_questions_in_headings_come_first_then_those_that_topics_suggest() -> None:
    found = suggest_questions(
        headings=["FAQ > Do you rent e-bikes?", "FAQ > Why?", "No question"],
        topics=["Opening hours", "Hours", "Our team"],
    )
    assert found == ("Do you rent e-bikes?", "What are your opening hours?")


def test_at_most_six_questions_are_suggested() -> None:
    assert len(suggest_questions(headings=[f"Is this {n}?" for n in range(9)], topics=[])) == 6
