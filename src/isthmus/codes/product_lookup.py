"""Products by code, and what a code can be that an edition or a data set does not hold."""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.codes import lookup
from isthmus.codes.concordances import concordance
from isthmus.codes.products import Product, editions_of, product_texts
from isthmus.errors import few


def product(code: str, classification: str = "HS2017") -> Product:
    """Return one product with its text.

    Raises
    ------
    CodeUnknown
        When the code is not in the edition; the hint says what it can be: a code that lost its
        leading zero, one of another edition, or one cut from a longer code.
    """
    texts = product_texts(classification)
    if isinstance(code, str) and code in texts:
        return Product(code, texts[code], classification)
    said = product_hint(code, classification)
    raise lookup.unknown(code, texts, noun="product", where=classification, hint=said)


def find_products(query: str, classification: str = "HS2017") -> tuple[str, ...]:
    """Return the codes that begin with a number or whose text holds a word; chapters for none.

    A number that lost its leading zero finds the code with it first.

    Raises
    ------
    CodeUnknown
        When nothing is found, with what the code can be.
    """
    texts = product_texts(classification)
    if not query.strip():
        return tuple(code for code in texts if len(code) == 2)
    full = written_out(query)
    found = lookup.matches(full, texts) if _is_number(full) else ()
    found = tuple(dict.fromkeys((*found, *lookup.matches(query, texts))))
    if not found:
        said = product_hint(query, classification)
        raise lookup.unknown(query, texts, noun="product", where=classification, hint=said)
    return found


def written_out(code: str) -> str:
    """Return the digits of a code with the zero that a spreadsheet took from its front.

    Points and blanks go, and so does the ``.0`` of a number; an odd number of digits lacks one in
    front, since codes have an even one.
    """
    digits = _digits(code)
    return digits.zfill(len(digits) + len(digits) % 2) if _is_number(digits) else digits


def product_hint(code: str, classification: str = "HS2017") -> str:
    """Return what a code that is not in an edition can be; empty when nothing is known of it."""
    texts = product_texts(classification)
    full, digits = written_out(code), _digits(code)
    if full != code and full in texts:
        lost = " The code is written with the zero in front" if full != digits else ""
        return lookup.spell([full], texts) + lost
    if editions := editions_of(full):
        return _of_another(full, editions, classification)
    if not _is_number(digits):
        return ""
    cut = next((c[:6] for c in (full, digits) if len(c) > 6 and c[:6] in texts), "")
    if cut:
        return f"'{cut}' ({texts[cut]}) are its first six digits"
    group = next((digits[:n] for n in (4, 2) if digits[:n] in texts), "")
    inside = [c for c in texts if group and c.startswith(group) and len(c) == len(group) + 2]
    return f"'{group}' ({texts[group]}) holds {few(inside)}" if inside else ""


def _of_another(code: str, editions: tuple[str, ...], classification: str) -> str:
    """Return a sentence on a code of other editions and what it became in this one."""
    nearest = editions[-1] if editions[-1] < classification else editions[0]
    links = concordance(nearest, classification).links.get(code, ())
    became = few([link.target for link in links]) or "no code"
    text = product_texts(nearest)[code]
    listed = ", ".join(editions)
    return f"'{code}' ({text}) is a code of {listed}; in {classification} it is {became}"


def nearest_product(code: str, known: Iterable[str], classification: str = "HS2017") -> str:
    """Return what to write instead of a product that a data set does not hold.

    A valid code is never answered with another product: the hint says what the code is and that
    the data set lacks it.

    Parameters
    ----------
    code : str
        What was asked for.
    known : iterable of str
        Codes of the data set.
    classification : str
        Edition of the data set.
    """
    held = list(known)
    full = written_out(code)
    texts = product_texts(classification)
    if full in held:
        return lookup.spell([full], texts)
    if _is_number(full) and (inside := [k for k in held if k.startswith(full)]):
        return f"'{full}' ({texts.get(full, 'a group')}) is held as {few(inside)}"
    if full in texts:
        return f"'{full}' is {texts[full]} in {classification}, which these data do not hold"
    if said := product_hint(code, classification):
        return said
    by_text = [k for k in held if str(code).casefold() in texts.get(k, "").casefold()]
    return lookup.spell(by_text[:3], texts)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _digits(code: str) -> str:
    return lookup.unfloated(str(code)).replace(".", "").replace(" ", "")
