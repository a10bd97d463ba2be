#!/usr/bin/env python3
"""Opens report pages in a headless Chromium and uses them as a person would.

    page_test.py REPORT_PAGES [PICTURES]

REPORT_PAGES is the program that writes the pages; PICTURES a folder for screenshots. Exit code 77: no browser here.
"""

import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser as chromium  # noqa: E402

CHECKS = []
ROW = "document.querySelector('.viewer h3')?.textContent ?? ''"
COUNT = "Number(document.getElementById('count').textContent.split(' ')[0])"


def check(function):
    CHECKS.append(function)
    return function


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(got, wanted, what):
    expect(got == wanted, f"{what}: got {got!r}, expected {wanted!r}")


class World:
    def __init__(self, browser, folder, pictures):
        self.browser, self.folder, self.pictures = browser, folder, pictures

    def open(self, name, address="", **options):
        return self.browser.open("file://" + os.path.join(self.folder, name) + address, **options)


@check
def every_page_opens_without_a_word_and_without_a_request(world):
    for name in ("small.html", "partial.html", "several.html", "campaign.html", "large.html"):
        for scheme in ("light", "dark"):
            page = world.open(name, scheme=scheme)
            page.press("j")
            for tab in "12345678":
                page.press(tab)
            equal(page.complaints(), [], name + " complains")
            equal(page.requests(), [], name + " asks for")


@check
def opens_in_two_seconds_with_5000_rollouts(world):
    page = world.open("large.html")
    equal(page.evaluate("report.count"), 5000, "rollouts")
    print(f"      opened in {page.opened_s:.2f} s")
    expect(page.opened_s < 2, f"took {page.opened_s:.2f} s")
    expect(page.evaluate("document.querySelectorAll('.line').length") < 80, "lines out of sight exist")


@check
def planted_markup_stays_text(world):
    page = world.open("small.html", "#s=42&step=0&task=4&n=0")
    for tab in ("code", "completion", "record", "difference"):
        page.evaluate(f"report.showTab('{tab}')")
        expect("onerror" in page.evaluate("document.querySelector('.panel').textContent") or tab == "difference",
               "the planted text is not shown under " + tab)
    page.evaluate("report.showTab('completion')")
    text = page.evaluate("document.querySelector('.panel').textContent")
    for piece in ("</script><!--", "<img src=x onerror=", "https://example.org", "{{script}}", "\u27e8U+202E\u27e9", "\ufffd"):
        expect(piece in text, f"not shown as text: {piece!r}")
    equal(page.evaluate("document.title"), "small", "title")
    equal(page.evaluate("document.images.length"), 0, "pictures made from text")
    equal(page.evaluate("[...document.scripts].length"), 3, "scripts")
    equal(page.evaluate("[...document.links].filter((link) => !link.getAttribute('href').startsWith('#')).length"), 0, "links out of the page")
    equal(page.evaluate("document.querySelector('.viewer a')"), None, "links made from a model's text")
    equal(page.complaints(), [], "complaints")


@check
def policy_forbids_foreign_script(world):
    page = world.open("small.html")
    page.evaluate("""(() => { const script = document.createElement('script');
      script.textContent = "document.title = 'foreign'"; document.body.append(script); })()""")
    equal(page.evaluate("document.title"), "small", "title after a script was added")
    policy = page.evaluate("document.querySelector('meta[http-equiv]').content")
    expect("default-src 'none'" in policy and "unsafe" not in policy, policy)


@check
def filters_work_together(world):
    page = world.open("small.html")
    equal(page.evaluate(COUNT), 96, "all")
    choose = "(() => {{ const s = document.querySelector('[name={}]'); s.value = '{}'; s.dispatchEvent(new Event('change')); }})()"
    page.evaluate(choose.format("step", "1"))
    equal(page.evaluate(COUNT), 24, "step 1")
    page.evaluate(choose.format("task", "L1/5"))
    equal(page.evaluate(COUNT), 8, "step 1 of one task")
    page.evaluate(choose.format("status", "slow"))
    slow = page.evaluate(COUNT)
    equal(page.evaluate("report.visibleRows().every((row) => report.rowStatus(row) === 'slow' && report.data.rows.step[row] === 1)"), True, "only slow ones")
    expect(0 < slow < 8, f"{slow} slow ones")
    equal(page.evaluate("location.hash"), "#step=1&task=5&status=slow", "address")
    page.press("x")
    equal(page.evaluate(COUNT), 96, "cleared")


@check
def search_finds_text_of_kernels(world):
    page = world.open("small.html")
    page.press("/")
    page.call("Input.insertText", text="turned around")
    page.wait(COUNT + " === 1")
    page.press("Escape")
    page.press("j")
    expect("L1/4, step 0, rollout 0" in page.evaluate(ROW), "the planted kernel is found")


@check
def a_cell_of_the_heat_map_filters_the_list_and_marks_other_figures(world):
    page = world.open("small.html")
    page.evaluate("document.querySelector('#figure-tasks-by-steps .mark[data-task=\"L1/12\"][data-step=\"2\"]').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    equal(page.evaluate(COUNT), 8, "rollouts of the cell")
    equal(page.evaluate("document.querySelector('[name=task]').value"), "L1/12", "the filter's task")
    expect(page.evaluate("document.querySelectorAll('#figure-trajectory .mark.dim').length") > 0, "other steps are dimmed")
    equal(page.evaluate("document.querySelectorAll('#figure-tasks-by-steps .mark.on').length"), 1, "the cell is marked")


@check
def marks_work_with_the_keyboard(world):
    page = world.open("small.html")
    page.evaluate("document.querySelector('#figure-funnel .mark[data-reached=\"4\"]').focus()")
    page.press("Enter")
    expect(page.evaluate("report.visibleRows().every((row) => report.data.rows.reached[row] >= 4)"), "only correct ones")
    equal(page.evaluate("report.filter.reached"), "4", "filter")
    page.press("Enter")
    equal(page.evaluate("report.filter.reached"), "", "filter after a second press")


@check
def keys_move_and_copy(world):
    page = world.open("small.html")
    page.press("j")
    first = page.evaluate(ROW)
    page.press("j")
    second = page.evaluate(ROW)
    expect(first and second and first != second, f"{first!r} then {second!r}")
    page.press("k")
    equal(page.evaluate(ROW), first, "back")
    step = page.evaluate("report.data.rows.step[report.selected]")
    page.press("]")
    equal(page.evaluate("report.data.rows.step[report.selected]"), step + 1, "next step")
    page.press("[")
    equal(page.evaluate("report.data.rows.step[report.selected]"), step, "the step before")
    page.press("?")
    equal(page.evaluate("document.getElementById('help').open"), True, "help")
    page.evaluate("document.getElementById('help').close()")
    page.evaluate("report.copy = (text) => { window.copied = text; }")
    page.press("c")
    expect("void launch" in page.evaluate("window.copied"), "code is copied")


@check
def an_address_cites_a_kernel(world):
    page = world.open("small.html", "#s=42&step=2&task=5&n=3")
    expect("L1/5, step 2, rollout 3" in page.evaluate(ROW), page.evaluate(ROW))
    equal(page.evaluate(COUNT), 96, "the list is not filtered")
    page.press("j")
    expect(re.match(r"#s=42&step=2&task=5&n=\d$", page.evaluate("location.hash")), page.evaluate("location.hash"))
    page = world.open("several.html", "#s=43&step=1&task=4&n=2&run=batch_ttt-s43")
    expect("L1/4, step 1, rollout 2" in page.evaluate(ROW), page.evaluate(ROW))
    equal(page.evaluate("report.data.runs[report.data.rows.run[report.selected]].name"), "batch_ttt-s43", "run")


@check
def a_log_leads_to_the_line_of_the_code(world):
    page = world.open("small.html", "#status=compile_error")
    page.press("j")
    equal(page.evaluate("document.querySelector('[role=tab][aria-selected=true]').textContent"), "Compiler", "tab")
    page.evaluate("document.querySelector('.log .line-link').click()")
    equal(page.evaluate("document.querySelector('.looked-at .number').textContent"), "3", "line")


@check
def sides_of_a_rollout_show_what_they_say(world):
    page = world.open("small.html", "#status=fast&sort=speedup")
    page.press("j")
    page.evaluate("report.showTab('timing')")
    equal(page.evaluate("document.querySelectorAll('.timing circle').length"), 8, "times of the kernel")
    page.evaluate("report.showTab('checks')")
    equal(page.evaluate("document.querySelectorAll('.panel tbody')[0].rows.length"), 3, "sets of inputs")
    page.evaluate("report.showTab('prompt')")
    expect("You write <kernels>." in page.evaluate("document.querySelector('.panel').textContent"), "prompt")
    equal(page.evaluate("report.changes(['a', 'b', 'c'], ['a', 'x', 'c']).map(([sign]) => sign).join('')"), " -+ ", "difference")


@check
def every_section_and_every_figure_has_its_table(world):
    for name in ("small.html", "several.html", "campaign.html"):
        page = world.open(name)
        equal(page.evaluate("document.querySelectorAll('main section').length"), 10, "sections")
        equal(page.evaluate("[...document.querySelectorAll('figure')].filter((figure) => !figure.querySelector('table')).length"), 0, "figures without a table")
        missing = page.evaluate("[...document.querySelectorAll('.copy-table')].filter((b) => !report.data.tables[b.dataset.table]?.[b.dataset.format]).length")
        equal(missing, 0, "buttons without a table")


@check
def a_partial_run_says_so(world):
    page = world.open("partial.html")
    state = page.evaluate("document.querySelector('.state').textContent")
    expect("PARTIAL: 84 of 96 rollouts, 3 complete steps" in state, state)
    expect("vegttt resume" in page.evaluate("document.getElementById('setup').textContent"), "how to resume")


@check
def a_campaign_answers_first_and_names_what_is_missing(world):
    page = world.open("campaign.html")
    answer = page.evaluate("document.querySelector('#result').textContent")
    expect("Did adaptation beat Best-of-N at equal budget" in answer, answer[:300])
    expect("Missing: BoA" in page.evaluate("document.getElementById('doubtful').textContent"), "the missing run")
    expect("PARTIAL: 5 of 6 runs" in page.evaluate("document.querySelector('.state').textContent"), "state")


@check
def the_switch_changes_the_theme(world):
    page = world.open("small.html", scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.press("t")
    page.press("t")
    dark = page.evaluate(paper)
    expect(light != dark, "dark looks like light")
    equal(world.open("small.html", scheme="dark").evaluate(paper), dark, "the system's dark")


@check
def nothing_is_wider_than_the_page(world):
    for width in (1440, 1000, 700):
        page = world.open("several.html", width=width)
        excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        expect(excess <= 0, f"{excess} pixels at a width of {width}")


@check
def labels_of_figures_do_not_overlap(world):
    for name in ("small.html", "several.html", "campaign.html", "large.html"):
        page = world.open(name)
        overlaps = page.evaluate("""[...document.querySelectorAll('.drawing svg')].flatMap((svg) => {
          const boxes = [...svg.querySelectorAll('text')].map((text) => ({text: text.textContent, box: text.getBoundingClientRect()}));
          const found = [];
          boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
            const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
            const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
            if (wide > 1 && high > 3) found.push(a.text + ' / ' + b.text);
          }));
          return found; })""")
        equal(overlaps, [], name)


@check
def it_prints(world):
    page = world.open("small.html", "#s=42&step=2&task=5&n=3")
    file = os.path.join(world.folder, "print.pdf")
    page.pdf(file)
    expect(os.path.getsize(file) > 20000, "the print is empty")


def take_pictures(world):
    if not world.pictures:
        return
    os.makedirs(world.pictures, exist_ok=True)
    for name in ("small", "several", "campaign", "large"):
        for scheme in ("light", "dark"):
            page = world.open(name + ".html", "#task=5&step=1", scheme=scheme)
            page.press("j")
            page.picture(os.path.join(world.pictures, f"{name}-{scheme}.png"), whole=True)


def main():
    if not chromium.find():
        print("SKIPPED: no Chromium here (Debian package chromium); the report's page was NOT looked at")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        if os.spawnv(os.P_WAIT, sys.argv[1], [sys.argv[1], folder]) != 0:
            return 1
        for one in CHECKS:
            try:
                with chromium.Browser() as browser:
                    one(World(browser, folder, None))
                print("ok   ", one.__name__.replace("_", " "), flush=True)
            except (AssertionError, chromium.Failed) as problem:
                failed += 1
                print("FAIL ", one.__name__.replace("_", " "), "-", problem, flush=True)
        if len(sys.argv) > 2:
            with chromium.Browser() as browser:
                take_pictures(World(browser, folder, sys.argv[2]))
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
