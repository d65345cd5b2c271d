"""What a tab shows as time goes by."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .devices import Tab

BOUND_SECONDS = 5.5
"""README.md promises 5 s; the rest, and what the browser has stalled, is for a busy machine."""

# Looks at every frame, and tells each text with the moment at which it was last on the screen.
_LOOK = '''(() => {
    let text, at = Date.now(), stalled = 0;
    const tell = () => text !== undefined && window.saw(text, at / 1000, stalled / 1000);
    const look = () => {
        stalled = Math.max(stalled, Date.now() - at);
        const shown = document.body?.innerText ?? '';
        if (shown !== text) {
            tell();
            text = shown;
        }
        at = Date.now();
    };
    const forever = () => { look(); requestAnimationFrame(forever); };
    window.tellWhatIsSeen = () => { look(); tell(); };
    addEventListener('pagehide', tell);
    forever();
})()'''


@dataclass
class Watch:
    """Knows each text that was visible in a tab, also before it was loaded anew, and when it last was."""

    tab: Tab
    seen: dict[str, float] = field(default_factory=dict)
    stalled: float = 0
    """The longest time between two frames, in seconds: for so long nothing could be hidden, either."""

    def saw(self, _: object, text: str, at: float, stalled: float) -> None:
        """Hear from the page what it shows."""
        self.seen[text] = at
        self.stalled = max(self.stalled, stalled)

    async def last_saw(self, text: str) -> float:
        """The moment at which something that reads so was last visible, by ``time.time()``."""
        # Also where the page is being loaded anew, as after the network was lost for long.
        await self.tab.page.wait_for_function('window.tellWhatIsSeen && (tellWhatIsSeen(), true)')
        return max((at for shown, at in self.seen.items() if text in shown), default=-math.inf)

    async def ever_saw(self, text: str) -> bool:
        """Whether something that reads so was ever visible."""
        return await self.last_saw(text) > -math.inf


async def watch(tab: Tab) -> Watch:
    """Begin to watch what is visible in a tab."""
    watching = Watch(tab)
    await tab.page.expose_binding('saw', watching.saw)
    await tab.page.add_init_script(_LOOK)
    await tab.page.evaluate(_LOOK)
    return watching
