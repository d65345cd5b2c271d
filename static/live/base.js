// Where the site begins, as the server has told it: "" at /, else the path below which it was put.
export const base = document.querySelector("script[data-base]").dataset.base;

// The address of a path of this site.
export const at = (path) => base + path;
