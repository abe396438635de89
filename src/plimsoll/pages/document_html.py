"""A document -> one HTML file that needs nothing else, in two languages, its first page before all else."""

from plimsoll.pages.document import (
    Bars,
    Block,
    Both,
    Document,
    Facts,
    Listing,
    Paragraph,
    Ruled,
    Section,
    Word,
    in_language,
)
from plimsoll.pages.document import Said as SaidBy
from plimsoll.pages.frame import alone, unbroken
from plimsoll.pages.markup import Key, Markup, escape, key
from plimsoll.pages.plots import Plots
from plimsoll.pages.words import Language


def render(document: Document, language: Language = "en") -> str:
    """The page."""
    page = _Page(Markup(language))
    contents = "".join(f'<a href="#{each.name}">{page.word(each.title)}</a>' for each in document.sections)
    head = "".join(map(page.block, document.head))
    main = (
        f'<article class="document"><section class="result">{page.word(document.title, "h1")}{head}</section>'
        f'<nav class="contents"{page.markup.label(key("contents"))}>{contents}</nav>'
        f"{''.join(map(page.block, document.sections))}</article>"
    )
    if document.banner:
        main = page.word(document.banner, "p", "warn") + main
    return alone(in_language(document.title, language), main, page.markup)


class _Page:
    def __init__(self, markup: Markup) -> None:
        self.markup = markup
        self.depth = 2

    def word(self, word: Word, tag: str = "span", kind: str = "") -> str:
        """An element that says something in the page's language of the moment."""
        mark = f' class="{kind}"' if kind else ""
        if not isinstance(word, Both):
            return self.markup.said(word, tag, **({"class": kind} if kind else {}))
        if word.en == word.zh:
            return f"<{tag}{mark}>{unbroken(word.en)}</{tag}>"
        english = f'<span class="only-en" lang="en">{unbroken(word.en)}</span>'
        chinese = f'<span class="only-zh" lang="zh-Hans">{unbroken(word.zh)}</span>'
        return f"<{tag}{mark}>{english}{chinese}</{tag}>"

    def block(self, block: Block) -> str:
        """A block as HTML."""
        match block:
            case Section():
                made = self._section(block)
            case Paragraph():
                made = self.word(block.text, "p", block.tone or "text-of")
            case Facts():
                made = f'<dl class="facts">{"".join(self._fact(*row) for row in block.rows)}</dl>'
            case Listing():
                made = f'<ul class="notes">{"".join(self.word(each, "li") for each in block.items)}</ul>'
            case Ruled():
                made = self._table(block)
            case SaidBy():
                made = self._said(block)
            case Bars():
                made = self._bars(block)
        return made

    def _fact(self, name: Word, value: Word) -> str:
        return f"<div>{self.word(name, 'dt')}{self.word(value, 'dd')}</div>"

    def _section(self, section: Section) -> str:
        level = f"h{self.depth}"
        self.depth += 1
        body = "".join(map(self.block, section.blocks))
        self.depth -= 1
        return f'<section id="{escape(section.name)}">{self.word(section.title, level)}{body}</section>'

    def _table(self, table: Ruled) -> str:
        def cell(word: Word, tag: str, place: int, more: str = "") -> str:
            inner = self.word(word)
            kind = "" if place in table.numbers else ' class="w"'
            return f"<{tag}{kind}{more}>{inner}</{tag}>"

        head = "".join(cell(name, "th", place, ' scope="col"') for place, name in enumerate(table.columns))
        body = "".join(
            "<tr>"
            + "".join(
                cell(each, "td" if place else "th", place, "" if place else ' scope="row"')
                for place, each in enumerate(row)
            )
            + "</tr>"
            for row in table.rows
        )
        label = escape(in_language(table.title, self.markup.language))
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-label="{label}"><table class="wide">'
            f"<caption>{self.word(table.title)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )

    def _said(self, said: SaidBy) -> str:
        veil = ' class="text veil" tabindex="0"' if said.veiled else ' class="text"'
        return f"<div>{self.word(said.who, 'h4')}<pre{veil}>{escape(said.text)}</pre></div>"

    def _bars(self, bars: Bars) -> str:
        title, axis = (
            each if isinstance(each, Key) else self._plain(each) for each in (bars.title, bars.axis)
        )
        drawn = Plots(self.markup).bars(title, bars.rows, axis)
        return f'<div class="measures"><div>{self.word(bars.title, "h3")}{drawn}</div></div>'

    def _plain(self, word: Word) -> str:
        return in_language(word, self.markup.language)
