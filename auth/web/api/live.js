// Has Clerk's client ask at once when a session of this browser has ended or changed somewhere else. By itself it asks
// when its token runs out, which takes 42 seconds. In a page, below what loads Clerk's client, whatever loads it:
//
//     <script src="https://accounts.example.com/v1/live.js" async></script>
//
// It listens to /v1/live beside its own address, while Clerk's client has somebody signed in.
(() => {
    const ADDRESS = new URL('live', document.currentScript.src);
    const SILENT_MS = 15000; // the server says something every 4 s
    const FIRST_MS = 1000; // until the next attempt, or half of it by chance; twice as long after each that fails
    const MOST_MS = 30000;
    const ASK_AGAIN_MS = 2000;
    const ELSEWHERE_MS = 60000;
    const LOOK_MS = 1000;

    // Clerk's client listens here, in all tabs of a site, for one of them that has signed out. It then asks who is still
    // signed in, and shows that; nobody is signed out who is. So only one tab has to hear the server.
    const tabs = new BroadcastChannel('clerk');
    const ask = () => tabs.postMessage({type: 'signout'});

    let sessionIds = []; // what the server has told last

    // When one has ended, it is asked again: a client that was being loaded has not heard it, and one that could not reach
    // the server has learned nothing. Else not: a client that signs out while it waits for such an answer may take the
    // answer for news, and leads the person elsewhere than it was told to.
    function askAbout(event) {
        const told = JSON.parse(event.slice(event.indexOf('{'))).session_ids;
        ask();
        if (sessionIds.some((id) => !told.includes(id))) setTimeout(ask, ASK_AGAIN_MS);
        sessionIds = told;
    }

    // What Clerk's client tells servers of this site. It is gone when nobody is signed in.
    const isSignedIn = () => /(^|;\s*)__session(_[\w-]+)?=[^;]/.test(document.cookie);

    // Listens until the stream is over; returns for how long to stay away, if that is not the usual time.
    async function listen(leaving, heard) {
        const silent = new AbortController();
        let timer = setTimeout(() => silent.abort(), SILENT_MS);
        try {
            const answer = await fetch(ADDRESS, {credentials: 'include', cache: 'no-store',
                                                 signal: AbortSignal.any([silent.signal, leaving])});
            if (answer.status === 401) ask(); // Clerk's client thinks that somebody is signed in
            if (!answer.ok) return undefined;
            const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
            let text = '';
            while (true) {
                const {value, done} = await reader.read();
                if (done) return undefined;
                clearTimeout(timer);
                timer = setTimeout(() => silent.abort(), SILENT_MS);
                const parts = (text + value).split('\n\n');
                text = parts.pop();
                for (const part of parts) {
                    if (part.startsWith('event: sessions')) {
                        heard();
                        askAbout(part);
                    }
                    if (part.includes('"replaced"')) return ELSEWHERE_MS; // this browser has other streams
                }
            }
        } catch {
            return undefined;
        } finally {
            clearTimeout(timer);
        }
    }

    async function follow(leaving) {
        const pause = (ms) => new Promise((resolve) => {
            setTimeout(resolve, ms);
            leaving.addEventListener('abort', resolve, {once: true});
        });
        let wait = FIRST_MS;
        while (!leaving.aborted) {
            if (!isSignedIn()) {
                await pause(LOOK_MS);
                continue;
            }
            const away = await listen(leaving, () => { wait = FIRST_MS; });
            await pause(away ?? wait * (0.5 + Math.random() / 2));
            wait = Math.min(wait * 2, MOST_MS);
        }
    }

    // One tab of a browser at a time: a browser opens six connections to a server, and each tab would hold one of them.
    // Where there are no locks, as over plain http, the server bounds how many there are.
    function take() {
        const page = new AbortController();
        // A page that is kept, to go back to it, must hold neither the lock nor the connection.
        window.addEventListener('pagehide', () => page.abort(), {once: true});
        if (!navigator.locks) return follow(page.signal);
        return navigator.locks.request('live-sessions', {signal: page.signal}, () => follow(page.signal)).catch(() => {});
    }

    take();
    window.addEventListener('pageshow', (event) => {
        if (event.persisted) {
            ask();
            take();
        }
    });
})();
