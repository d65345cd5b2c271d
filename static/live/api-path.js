// Where the Frontend API is: below /v1, unless the site has put it elsewhere.
import { text } from "./texts.js";

export const api = (path) => text("api") + path;
