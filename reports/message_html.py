"""The HTML that a message may hold: few tags, all closed, nothing that runs or calls home.

Mail programs mend broken HTML each in its own way, so a tag left open can swallow the unsubscribe
link below it. Checked are the template, where a mistake has a line, and every message made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from jinja2 import Environment, TemplateSyntaxError

from reports.message_templates import TemplateMistakeError

VOID = frozenset({"br", "hr", "img"})
BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "ul", "ol", "table", "blockquote", "hr"})
TAGS = VOID | BLOCKS | {
    "a", "b", "strong", "i", "em", "span", "small", "li", "thead", "tbody", "tr", "td", "th",
}  # fmt: skip
ATTRIBUTES = frozenset(
    {"href", "title", "src", "alt", "width", "height", "class", "style", "align", "valign",
     "colspan", "rowspan", "lang", "dir", "role", "cellpadding", "cellspacing"}
)  # fmt: skip
LINK = re.compile(r"(https://|mailto:|tel:)[^\s<>\"']+")
PICTURE = re.compile(r"https://[^\s<>\"']+")
STYLE = re.compile(r"url\(|expression|@import|\\|<", re.IGNORECASE)
#: Stands for `{% if %}` while the source is checked: a branch must close what it opens.
BRANCH = "jinja-if"
#: What stands for a variable while the source is checked; those named so hold addresses.
ADDRESSES = dict.fromkeys(("shop_url", "survey_url"), "https://shop.example.com")


def check_fragment(html: str) -> None:
    """Refuse HTML that is broken or does more than a letter should.

    Raises:
        TemplateMistakeError: the first mistake, with its line in the fragment.
    """
    checker = _FragmentChecker()
    checker.feed(html)
    checker.finish()


def check_source(source: str, environment: Environment) -> None:
    """Refuse the HTML of a template in all its branches at once, before anything is rendered.

    Raises:
        TemplateMistakeError: the first mistake, with its line in the source.
    """
    check_fragment("".join(_without_jinja(source, environment)))


def _without_jinja(source: str, environment: Environment) -> Iterable[str]:
    """The source with variables and conditions replaced by stand-ins; lines stay where they are."""
    inside: list[str] = []
    is_inside = is_in_tag = False
    try:
        for line, kind, value in environment.lex(source):
            if kind in ("variable_begin", "block_begin"):
                is_inside, inside = True, []
                if kind == "block_begin" and is_in_tag:
                    raise TemplateMistakeError(
                        line, "`{% ... %}` stands inside a tag; put it around the whole tag"
                    )
            elif kind in ("variable_end", "block_end"):
                is_inside = False
                name = next(iter(inside), "")
                yield _branch(name) if kind == "block_end" else ADDRESSES.get(name, "x")
            elif kind == "name" and is_inside:
                inside.append(value)
            if not is_inside and kind == "data":
                is_in_tag = _ends_in_tag(value, is_in_tag)
                yield value
            else:
                yield "\n" * value.count("\n")
    except TemplateSyntaxError as error:
        raise TemplateMistakeError(error.lineno, f"not valid Jinja: {error.message}") from error


def _branch(word: str) -> str:
    opened = {"if": "<{0}>", "elif": "</{0}><{0}>", "else": "</{0}><{0}>", "endif": "</{0}>"}
    return opened.get(word, "").format(BRANCH)


def _ends_in_tag(text: str, was_in_tag: bool) -> bool:
    last_open, last_close = text.rfind("<"), text.rfind(">")
    return was_in_tag if last_open == last_close == -1 else last_open > last_close


class _FragmentChecker(HTMLParser):
    """Told the first mistake by an exception; knows nothing of documents, only of fragments."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == BRANCH:
            self._open.append((tag, self.getpos()[0]))
            return
        if tag not in TAGS:
            known = ", ".join(sorted(TAGS))
            self._refuse(f"<{tag}> has no place in a message; there are {known}")
        if tag in BLOCKS and any(name == "p" for name, _ in self._open):
            self._refuse(f"<{tag}> stands inside a <p>; close the <p> before it")
        for name, value in attrs:
            self._check_attribute(tag, name, value)
        if tag == "img":
            self._check_picture(dict(attrs))
        if tag not in VOID:
            self._open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._refuse(f"<{tag}/> closes itself; write <{tag}></{tag}>")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self._refuse(f"</{tag}> closes what is never open")
        if not self._open:
            self._refuse(f"</{_told(tag)}> closes what was not opened")
        name, line = self._open.pop()
        if name == tag:
            return
        if BRANCH in (name, tag):
            which = name if tag == BRANCH else tag
            self._refuse(f"<{which}> is not opened and closed in the same branch of `if`")
        self._refuse(f"</{tag}> closes <{name}> of line {line}")

    def handle_comment(self, data: str) -> None:
        self._refuse("a comment goes out to everybody; write {# ... #}")

    def handle_decl(self, decl: str) -> None:
        self._refuse("write a fragment: the page around it is there already")

    def unknown_decl(self, data: str) -> None:
        self._refuse("`<![` has no place in a message")

    def handle_pi(self, data: str) -> None:
        self._refuse("`<?` has no place in a message")

    def finish(self) -> None:
        """Whatever is open at the end was never closed."""
        if re.search(r"<[a-zA-Z/!?]", self.rawdata):
            self._refuse("a tag has no `>`")
        self.close()
        if self._open:
            name, line = self._open[-1]
            raise TemplateMistakeError(line, f"<{_told(name)}> is never closed")

    def _check_attribute(self, tag: str, name: str, value: str | None) -> None:
        if name.startswith("on"):
            self._refuse(f"{name}: nothing in a message may run")
        if name not in ATTRIBUTES or value is None:
            self._refuse(f"<{tag} {name}>: no such attribute in a message")
        elif name == "href" and not (tag == "a" and LINK.fullmatch(value)):
            self._refuse("href: a link leads to https://, mailto: or tel:")
        elif name == "src" and not (tag == "img" and PICTURE.fullmatch(value)):
            self._refuse("src: a picture comes from https://")
        elif name == "style" and STYLE.search(value):
            self._refuse("style: no addresses and no code")

    def _check_picture(self, attributes: dict[str, str | None]) -> None:
        if "src" not in attributes or not (attributes.get("alt") or "").strip():
            self._refuse("<img> needs `src`, and `alt` for whoever sees no pictures")
        sizes = [attributes.get(side) or "" for side in ("width", "height")]
        if any(re.fullmatch(r"\s*0*[0-3](px)?\s*", size) for size in sizes):
            self._refuse("<img> of this size is a tracking pixel; nobody is tracked")

    def _refuse(self, message: str) -> None:
        raise TemplateMistakeError(self.getpos()[0], message)


def _told(name: str) -> str:
    return "{% if %}" if name == BRANCH else name
