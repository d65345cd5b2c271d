"""Measures whether people can use a page: by axe-core, by the colours that are computed, and by where things are."""

from __future__ import annotations

from importlib.resources import files

from .devices import Tab

AXE = (files('axe_playwright_python') / 'axe.min.js').read_text(encoding='utf-8')
WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

# A page's frames are pages that are measured by themselves. The words of a source differ in colour only, and
# are many: axe-core looks at plain text in their place, which takes it half as long.
_RUN = """async ([runOnly, rules]) => {
    const sources = [...document.querySelectorAll('.ls-source code')].map((code) => [code, [...code.childNodes]]);
    for (const [code] of sources) code.textContent = code.textContent;
    const found = await axe.run(document, { runOnly, rules, iframes: false, resultTypes: ['violations'] });
    for (const [code, words] of sources) code.replaceChildren(...words);
    const isOfQuasar = ({ html }) => html.includes('q-loading-bar') // it comes with any request, and has no name
        || html.startsWith('<main class="q-page"'); // it is a main in any case; role=none
    return found.violations.flatMap(({ id, nodes }) => nodes.filter((node) => !isOfQuasar(node)).map((node) =>
        `${id}: ${node.html.slice(0, 160)} ${node.failureSummary.slice(0, 300)}`));
}"""

_AT_REST = """Promise.all(document.getAnimations().map((one) => one.finish?.call
    && one.effect.getTiming().iterations === 1 && one.finish()))"""

# The contrast of two colours as WCAG computes it, whatever form they are written in; and what is behind an element.
_COLOURS = """
const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
const pen = canvas.getContext('2d', { willReadFrequently: true });
const read = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
};
const known = new Map();
const rgba = (colour) => known.get(colour) ?? known.set(colour, read(colour)).get(colour);
const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const contrast = (one, other) => {
    const [a, b] = [light(rgba(one)), light(rgba(other))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
};
const written = (colour) => `rgb(${colour.slice(0, 3).map(Math.round)})`;
const over = ([r, g, b, a], [x, y, z]) => [[r, x], [g, y], [b, z]].map(([f, k]) => (f * a + k * (255 - a)) / 255);
const below = (element) => element.matches('.ls-show-password') // stands on its field
    ? element.previousElementSibling : element.parentElement;
const backs = new Map(), shares = new Map(); // what many elements have in common is computed once
const back = (element) => { // one may see through a background to the next one
    if (!backs.has(element)) {
        const own = rgba(getComputedStyle(element).backgroundColor), next = below(element);
        backs.set(element, own[3] === 255 || !next ? own : over(own, back(next)));
    }
    return backs.get(element);
};
const share = (element) => {
    if (!shares.has(element)) {
        const next = element.parentElement;
        shares.set(element, getComputedStyle(element).opacity * (next ? share(next) : 1));
    }
    return shares.get(element);
};
const behind = (element) => written(back(element));
const words = (element) => { // their colour, as far as one sees through them
    const [r, g, b, a] = rgba(getComputedStyle(element).color);
    return written(over([r, g, b, a * share(element)], back(element)));
};
const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length;
const named = (element) => `${element.localName}.${element.className} "${element.textContent.slice(0, 30)}"`;
"""

CONTRASTS = '() => {' + _COLOURS + """
    const weak = [];
    const ask = (what, element, one, other, least) => {
        const found = contrast(one, other);
        if (found < least) weak.push(`${what} ${found.toFixed(2)} of ${named(element)}: ${one} on ${other}`);
    };
    for (const field of document.querySelectorAll('input:not([type=checkbox]), textarea, select')) {
        if (!shown(field)) continue;
        const style = getComputedStyle(field);
        ask('border', field, style.borderTopColor, behind(field.parentElement), 3);
        ask('border within', field, style.borderTopColor, behind(field), 3);
        ask('text', field, style.color, behind(field), 4.5);
        if (field.placeholder) {
            const placeholder = getComputedStyle(field, '::placeholder');
            if (placeholder.opacity !== '1') weak.push(`placeholder opacity of ${named(field)}`);
            ask('placeholder', field, placeholder.color, behind(field), 4.5);
        }
    }
    for (const icon of document.querySelectorAll('.ls-theme-icon, .ls-spinner, svg:not(.ls-qr svg)')) {
        if (shown(icon)) ask('icon', icon, getComputedStyle(icon).color, behind(icon.parentElement), 3);
    }
    for (const element of document.body.querySelectorAll('*')) {
        if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
        if (!shown(element) || element.closest(':disabled, [aria-disabled=true]')) continue;
        if (element.closest('.q-btn')) continue; // NiceGUI's own
        const { fontSize, fontWeight } = getComputedStyle(element);
        const isLarge = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24); // in WCAG 14 pt and 18 pt
        ask('words', element, words(element), behind(element), isLarge ? 3 : 4.5);
    }
    for (const control of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
        if (!shown(control)) continue;
        control.focus({ focusVisible: true });
        const style = getComputedStyle(control);
        if (document.activeElement !== control) continue;
        backs.clear(); // the focus may change them
        const isSeen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        if (!isSeen) weak.push(`no ring: ${named(control)}`);
        else ask('ring', control, style.outlineColor, behind(control.parentElement), 3);
    }
    document.activeElement.blur();
    return weak;
}"""

# Whether something is cut off, lies beside the window, or can only be reached by scrolling sideways.
OUT_OF_PLACE = """() => {
    const found = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} wide, not ${clientWidth}`);
    for (const element of document.body.querySelectorAll('*')) {
        if (!element.checkVisibility({ visibilityProperty: true })) continue;
        if (element.closest('.ls-unseen, .ls-skip, svg, input, #popup, .q-loading-bar, .q-ripple')) continue;
        if (getComputedStyle(element).clipPath !== 'none') continue; // for screen readers only
        const { left, right, width, height } = element.getBoundingClientRect();
        if (!width || !height) continue;
        const what = `${element.localName}.${element.className} "${element.textContent.slice(0, 40)}"`;
        if (left < -1 || right > innerWidth + 1) found.push(`${what} is at ${left} to ${right}`);
        const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
        if (textOverflow === 'ellipsis') continue;
        if (overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) found.push(`${what} is cut`);
        const isCut = overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 1;
        if (isCut) found.push(`${what} is cut below`);
    }
    return found;
}"""

# What moves, or fades, although the person has asked that nothing does.
MOVING = """() => [...document.querySelectorAll('body *')]
    .filter((one) => one.checkVisibility() && (parseFloat(getComputedStyle(one).transitionDuration) > 0
        || getComputedStyle(one).scrollBehavior === 'smooth')).map((one) => one.outerHTML.slice(0, 100))"""

# WCAG 1.4.12: a person's own style sheet.
TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-block-end: 2em !important; }"""

# The size of each text, in the order of the page.
TEXT_SIZES = """() => [...document.body.querySelectorAll('*')]
    .filter((one) => one.checkVisibility() && !one.closest('svg') && !one.closest('[id^=nicegui]')
        && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => [`${one.localName}.${one.className} "${one.textContent.slice(0, 30)}"`,
                   parseFloat(getComputedStyle(one).fontSize)])"""


async def violations(tab: Tab, *, whole: bool = True, contrasts: bool = True) -> list[str]:
    """What axe-core finds.

    :param whole: whether a page is there, with a heading and a main part
    :param contrasts: whether it measures those of words, which takes as long as all of its other rules
    """
    if not await tab.page.evaluate('"axe" in window'):
        await tab.page.evaluate(AXE)
    await tab.page.evaluate(_AT_REST)
    return await tab.page.evaluate(_RUN, [[*WCAG, *(['best-practice'] if whole else [])],
                                          {'color-contrast': {'enabled': contrasts}}])


async def weak_contrasts(tab: Tab) -> list[str]:
    """Words, placeholders and values below 4.5:1, large ones below 3:1, as well as borders, icons and focus rings."""
    await tab.page.evaluate(_AT_REST)
    return await tab.page.evaluate(CONTRASTS)


async def out_of_place(tab: Tab) -> list[str]:
    """What lies outside of the window or is cut off."""
    return await tab.page.evaluate(OUT_OF_PLACE)
