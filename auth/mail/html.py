"""The HTML of a mail. It loads nothing, runs nothing, and follows the reader's dark or light."""

from __future__ import annotations

from html import escape

from .content import Code, Content, Link

_PAGE = '''<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<title>{subject}</title>
</head>
<body style="margin: 0; padding: 24px; font: 16px/1.5 system-ui, sans-serif">
<div style="max-width: 560px; margin: 0 auto">
{body}
<hr style="border: 0; border-top: 1px solid #888; margin: 32px 0 16px">
<p style="font-size: 14px">{footer}</p>
</div>
</body>
</html>
'''
_HEADING = '<h1 style="font-size: 22px; line-height: 1.3">{}</h1>'
_PARAGRAPH = '<p>{}</p>'
_LINK = ('<p style="margin: 24px 0"><a href="{url}" style="display: inline-block; padding: 12px 20px; color: #fff; '
         'background: #1d4ed8; border-radius: 8px; text-decoration: none; font-weight: 600">{label}</a></p>\n'
         '<p style="font-size: 14px; overflow-wrap: anywhere"><a href="{url}">{url}</a></p>')
_CODE = ('<p style="margin: 24px 0; font: 600 32px/1.2 ui-monospace, monospace; letter-spacing: 0.15em">{}</p>')


def as_html(content: Content, hello: str, footer: str, own_url: str, language: str) -> str:
    """Write the content as HTML; whatever stands in it is text."""
    parts = [_HEADING.format(escape(content.subject)), _PARAGRAPH.format(escape(hello)),
             *(_PARAGRAPH.format(escape(one)) for one in content.paragraphs)]
    if isinstance(content.action, Link):
        parts.append(_LINK.format(url=escape(f'{own_url}{content.action.path}'), label=escape(content.action.label)))
    elif isinstance(content.action, Code):
        parts.append(_CODE.format(escape(content.action.digits)))
    parts += (_PARAGRAPH.format(escape(one)) for one in content.after)
    return _PAGE.format(language=escape(language), subject=escape(content.subject), body='\n'.join(parts),
                        footer=escape(footer))
