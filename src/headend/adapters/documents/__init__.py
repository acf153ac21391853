"""Typesetters that make documents of templates, with the templates that come with the platform."""

from headend.adapters.documents.typst_pdf import TypstRenderer

RENDERER = TypstRenderer()
