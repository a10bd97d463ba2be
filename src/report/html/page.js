// The rest of the page: theme, copies of tables, where one is in the contents; then the first look at the address.

const themes = ["system", "light", "dark"];
let theme = "system";

const setTheme = (name) => {
  theme = name;
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  document.getElementById("theme").textContent = "Theme: " + name;
  try {
    localStorage.setItem("vegttt-theme", name);
  } catch { /* a page from disk may not be allowed to keep anything */ }
};
report.nextTheme = () => setTheme(themes[(themes.indexOf(theme) + 1) % themes.length]);

const storedTheme = () => {
  try {
    return localStorage.getItem("vegttt-theme");
  } catch {
    return null;
  }
};

document.getElementById("theme").addEventListener("click", report.nextTheme);
if (themes.includes(storedTheme())) setTheme(storedTheme());

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.classList.contains("copy-table")) {
    const table = report.data.tables[button.dataset.table];
    if (table) report.copy(table[button.dataset.format], `table as ${button.dataset.format}`);
  }
  if (button.classList.contains("copy-text")) report.copy(button.dataset.text, "command");
});

// Links of the contents scroll; the address stays that of the kernel.
const links = [...document.querySelectorAll("[data-section]")];
for (const link of links)
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(link.dataset.section).scrollIntoView();
  });
const inSight = new IntersectionObserver((entries) => {
  for (const entry of entries)
    if (entry.isIntersecting) for (const link of links) link.classList.toggle("here", link.dataset.section === entry.target.id);
}, {rootMargin: "0px 0px -70% 0px"});
for (const link of links) inSight.observe(document.getElementById(link.dataset.section));

window.addEventListener("hashchange", () => report.follow());
if (!report.follow()) {
  report.setFilter({});
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
} else if (!location.hash) {
  report.setFilter({});
} else if (report.selected >= 0) {
  document.getElementById("rollouts").scrollIntoView();
}
document.documentElement.dataset.ready = "yes";
