// Puts a frame into each place with data-frame when that comes onto the screen: each is a tab more, with its own socket.
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target: place } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(place);
    const { name, frame: src } = place.dataset;
    place.replaceChildren(Object.assign(document.createElement("iframe"), { title: name, src }));
  }
});

function look() {
  for (const place of document.querySelectorAll("[data-frame]:empty")) seen.observe(place);
}

new MutationObserver(look).observe(document, { subtree: true, childList: true });
look();
