"""Where many replies could not be read, every report says so before it says anything else."""

import json

from plimsoll.core import replace
from plimsoll.reports import RunView, html, machine, markdown, terminal
from plimsoll.run.keep.manifest import Unread
from tests.support.runs import records_of, view_of

UNREAD = Unread(replies=40, unparsed=6, thinking=6, at_limit=9, examples=("so B seems", "<b>x</b>", "Hmm"))
TELLS = "the reader or the token limit may have been measured here, not the model"


def view(unread: Unread = UNREAD) -> RunView:
    whole = view_of(records_of(4))
    return replace(whole, summary=replace(whole.summary, unread=unread))


def test_the_terminal_says_it_above_the_result() -> None:
    printed = " ".join(terminal.text(view()).split())

    assert printed.index("30.0 % of the replies (12 of 40)") < printed.index("random baseline")
    assert TELLS in printed
    assert (
        "6 of them ended within the model's thought and 9 at the token limit: raise it with --max-tokens"
        in printed
    )
    assert "the reader is at fault" in printed
    assert "• so B seems" in printed
    assert "• Hmm" in printed


def test_markdown_says_it_above_the_result() -> None:
    made = markdown.render(view())

    assert made.index("may have been measured") < made.index("random baseline")
    assert "\n- so B seems\n" in made
    assert "<b>" not in made


def test_the_page_says_it_above_the_result_in_both_languages() -> None:
    page = html.render(view())

    assert page.index(TELLS) < page.index("random baseline")
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "而不是模型" in html.render(view(), language="zh")


def test_the_machine_report_says_it_first() -> None:
    report = json.loads(machine.render(view()))

    assert [*report][:2] == ["format", "unread"]
    assert TELLS in report["unread"]["warning"]
    assert report["unread"]["share"] == 0.3
    assert len(report["unread"]["examples"]) == 3


def test_nothing_is_said_where_few_went_unread() -> None:
    few = view(Unread(replies=40, unparsed=8, examples=("so B seems",)))

    assert "so B seems" not in terminal.text(few) + markdown.render(few)
    assert "20.0 % of the replies" not in html.render(few)
    assert machine.report(few)["unread"] is None


def test_both_remedies_are_named_where_nothing_is_known_of_the_token_limit() -> None:
    printed = " ".join(terminal.text(view(Unread(replies=4, unparsed=3, examples=("Hm.",)))).split())

    assert "0 at the token limit" not in printed
    assert "If they break off, raise the token limit with --max-tokens." in printed
    assert "plimsoll judge" in printed
