// All that only the browser can do. This module runs before NiceGUI creates the page's app: its tag comes before that of
// the app, and both are deferred. What it exports to the page is set last: if a module fails, fail-closed.js hides the page.
import "./fragment.js"; // first: nobody else reads what a mailed link holds
import "./drawn.js"; // before all that draws: it wraps what creates the app
import "./screen.js";
import "./drafts.js"; // before focus.js: a field is filled before it has the focus
import "./account-panel.js";
import "./activity.js";
import "./copy.js";
import "./dark-mode.js";
import "./dialogs.js";
import "./download.js";
import "./focus.js";
import "./forms.js";
import "./frames.js";
import "./local-time.js";
import "./pages.js";
import "./password-fields.js";
import "./search.js";
import "./sign-in-fields.js";
import { clearCache, renewCookie, signOut } from "./api.js";
import { tryNow } from "./away.js";
import { currentAsOf, reAuthenticate } from "./connection.js";
import { endsIn } from "./countdown.js";
import { whenCookieIsNew } from "./other-tabs.js";

whenCookieIsNew(reAuthenticate);

window.liveSessions = {
  reAuthenticate, currentAsOf, clearCache, renewCookie, endsIn, // said by the server, see auth/live/protocol.py
  tryNow, // for the button of fail-closed.js
  signOut, // for pages
};
