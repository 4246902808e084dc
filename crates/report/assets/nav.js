// Marks in the head which section is being read.
(() => {
  "use strict";
  const links = [...document.querySelectorAll("nav a")];
  const parts = links.map((link) => document.getElementById(link.hash.slice(1)));
  const bar = document.querySelector("nav");
  const mark = () => {
    let here = -1;
    parts.forEach((part, index) => {
      if (part && part.getBoundingClientRect().top < 120) here = index;
    });
    links.forEach((link, index) => link.classList.toggle("here", index === here));
    if (here >= 0) bar.scrollLeft = links[here].offsetLeft - bar.clientWidth / 3;
  };
  let waits = false;
  window.addEventListener("scroll", () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; mark(); });
  }, { passive: true });
  mark();
})();
