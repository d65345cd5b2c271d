"""All that reaches into NiceGUI's private names, with the public way that each module replaces.

Read in NiceGUI 3.18.0, which pyproject.toml pins. tests/auth/test_nicegui_private.py fails when an upgrade changes what
is relied on here. Each module is put to use in one line; what is optional can be taken out by deleting that line.

| module | does | without it |
|---|---|---|
| sockets | decides who may join a page, and whose events count | NiceGUI lets in whoever knows the id of a page |
| sub_pages | decides what a ``ui.sub_pages`` shows | it shows every page to everybody |
| layout_parts | lets a page have a header, a footer and drawers, and removes them with it | ``ui.header`` is refused |
| whole_pages | lets each page of ``ui.page`` be built by its guard | it is served to everybody |
| page_parts | finds what a page put beside its place | dialogs and listeners outlive their page |
| scripts | finds the scripts whose answers are awaited | a page taken away goes on with an answer that comes later |
| page_template | gives the inline scripts of a page its nonce | the content policy stops every page |
| uploads | asks before the handlers of an upload are called | a slow upload counts after its session has ended |
| outbox | drops messages told for a session that has ended | they are sent later, or replayed |
| inputs (optional) | tells of a field for a password when it is made | the warning comes with the first key |
| removal (optional) | cuts the circles of removed elements | ``gc.collect()`` frees pages, and holds up all tabs |
| socket_manager (optional) | sends without a task for each message | ``AsyncManager``, a fifth slower for many tabs |
| bindable (optional) | sets at once what nothing is bound to | ``BindableProperty``, slower for many tabs |
"""

NICEGUI_VERSION = '3.18.0'
"""The version whose source was read."""
