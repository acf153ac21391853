"""The typesetter makes PDFs and keeps templates from files, other hosts and endless work."""

from datetime import date

import pytest
from tests.factories import make_operator

from headend.adapters.documents.typst_pdf import LONGEST_TEMPLATE, TypstRenderer
from headend.interfaces.documents import own_template, sample_data
from headend.invoicing.errors import BadTemplate, RendererFailed
from headend.invoicing.models import DocumentKind

SHOW = "#let data = json(bytes(sys.inputs.data))\n#data.text"


@pytest.fixture(scope="module")
def renderer() -> TypstRenderer:
    return TypstRenderer()


def test_a_template_and_data_make_a_pdf_that_is_always_the_same(renderer) -> None:
    one, two = (renderer.render(SHOW, {"text": "Пример, esempio"}) for _ in range(2))
    assert one.startswith(b"%PDF")
    assert one == two
    assert one != renderer.render(SHOW, {"text": "other"})


def test_data_is_text_and_no_markup(renderer) -> None:
    pdf = renderer.render(SHOW, {"text": '#panic("no") $x$ *b* \\ "'})
    assert pdf.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("#let x = ", "expected"),
        ("#nothing()", "unknown variable"),
        ('#read("/etc/passwd")', "not found"),
        ('#read("../../etc/passwd")', "."),
        ('#import "@preview/cetz:0.1.0"', "package"),
        ("#while true {}", "true"),
        ("#let f(n) = f(n + 1)\n#f(1)", "depth"),
        ("x" * (LONGEST_TEMPLATE + 1), "longer"),
    ],
)
def test_what_a_template_may_not(renderer, template, words) -> None:
    with pytest.raises(BadTemplate, match=words) as refused:
        renderer.render(template, {"text": ""})
    assert "root:" not in str(refused.value)


def test_endless_work_is_stopped() -> None:
    endless = "#{ let x = 0; for i in range(100000) { for j in range(100000) { x = x + 1 } } }"  # which needs no memory
    with pytest.raises(BadTemplate, match="longer than 1 second"):
        TypstRenderer(longest_seconds=1).render(endless, {})


def test_too_much_memory_is_stopped() -> None:
    greedy = '#let x = "a" * 1000000\n#let all = ()\n#for i in range(100000) { all.push(x + str(i)) }'
    with pytest.raises((RendererFailed, BadTemplate)):
        TypstRenderer(longest_seconds=15).render(greedy, {})


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru", "it", "xx"])
@pytest.mark.parametrize("kind", DocumentKind.values)
def test_our_own_templates_fit_what_they_are_given(renderer, kind, language) -> None:
    operator = make_operator(language=language)
    pdf = renderer.render(own_template(kind), sample_data(operator, kind, date(2026, 3, 9)))
    assert pdf.startswith(b"%PDF")
