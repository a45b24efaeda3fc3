"""What poppler reads in a PDF: its text, page by page. Through its C library: Debian's command-line tools are one more package."""

import ctypes
import ctypes.util


def library(name):
    found = ctypes.util.find_library(name)
    assert found, f"lib{name} is missing (make deps)"
    return ctypes.CDLL(found)


def pages(content):
    """The text of each page of the PDF in these bytes."""
    glib, poppler = library("glib-2.0"), library("poppler-glib")
    glib.g_bytes_new.restype = ctypes.c_void_p
    glib.g_bytes_new.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    poppler.poppler_document_new_from_bytes.restype = ctypes.c_void_p
    poppler.poppler_document_new_from_bytes.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    poppler.poppler_document_get_n_pages.argtypes = [ctypes.c_void_p]
    poppler.poppler_document_get_page.restype = ctypes.c_void_p
    poppler.poppler_document_get_page.argtypes = [ctypes.c_void_p, ctypes.c_int]
    poppler.poppler_page_get_text.restype = ctypes.c_char_p
    poppler.poppler_page_get_text.argtypes = [ctypes.c_void_p]
    document = poppler.poppler_document_new_from_bytes(glib.g_bytes_new(content, len(content)), None, None)
    assert document, "poppler cannot read this"
    return [poppler.poppler_page_get_text(poppler.poppler_document_get_page(document, number)).decode()
            for number in range(poppler.poppler_document_get_n_pages(document))]
