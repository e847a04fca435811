"use strict";
// All that needs this script is comfort: the page says everything without it.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "theme";
  const show = () => {
    const isDark = (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
    button.textContent = isDark ? "Light" : "Dark";
    button.setAttribute("aria-label", `Show the page in ${isDark ? "light" : "dark"} colours`);
    return isDark;
  };
  button.addEventListener("click", () => {
    root.dataset.theme = show() ? "light" : "dark";
    show();
  });
  dark.addEventListener("change", show);
  show();
  document.querySelector("nav").append(button);

  // Everything is printed, also what is folded.
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));

  const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (!entry.isIntersecting) return;
    links.forEach((a) => a.removeAttribute("aria-current"));
    links.get(entry.target.id)?.setAttribute("aria-current", "true");
  }), { rootMargin: "-10% 0px -80% 0px" });
  document.querySelectorAll("main > section").forEach((section) => seen.observe(section));
})();
