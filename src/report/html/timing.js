// Every timed launch as a dot: the kernel's above, the reference's below, with the reference's middle half as a band.

const width = 720, left = 96, right = 24, top = 22, rowHeight = 54;

const sorted = (list) => [...list].sort((a, b) => a - b);
const quantile = (list, q) => {
  const values = sorted(list), at = (values.length - 1) * q, low = Math.floor(at);
  return values[low] + (values[Math.min(low + 1, values.length - 1)] - values[low]) * (at - low);
};

const niceTicks = (low, high) => {
  const rough = (high - low) / 6, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high; ++i) ticks.push(i * step);
  return ticks;
};

const dots = (times, y, x, kind) => times.map((time, i) =>
  kind === 0
    ? report.svg("circle", {cx: x(time), cy: y + ((i % 3) - 1) * 5, r: 4, class: "f-s0", "fill-opacity": 0.75})
    : report.svg("rect", {x: x(time) - 3.5, y: y + ((i % 3) - 1) * 5 - 3.5, width: 7, height: 7, class: "f-s1", "fill-opacity": 0.75}));

const label = (x, y, text, attributes = {}) => report.svg("text", {x, y, "font-size": 11, class: "f-muted", ...attributes}, text);

const drawing = (candidate, reference, floor) => {
  const all = [...candidate, ...reference];
  const low = Math.min(...all, floor > 0 ? floor : Infinity), high = Math.max(...all), room = (high - low || high || 1) * 0.05;
  const x = (time) => left + (time - low + room) / (high - low + 2 * room) * (width - left - right);
  const height = top + 2 * rowHeight + 38, bottom = height - 36;
  const nodes = niceTicks(low - room, high + room).flatMap((tick) => [
    report.svg("line", {x1: x(tick), x2: x(tick), y1: top, y2: bottom, class: "k-grid"}),
    label(x(tick), bottom + 15, report.digits(tick, 4), {"text-anchor": "middle"})]);
  const [q1, q3] = [quantile(reference, 0.25), quantile(reference, 0.75)];
  nodes.push(report.svg("rect", {x: x(q1), y: top, width: Math.max(1, x(q3) - x(q1)), height: bottom - top, class: "f-s1", "fill-opacity": 0.14}));
  if (floor > 0) {
    nodes.push(report.svg("line", {x1: x(floor), x2: x(floor), y1: top, y2: bottom, class: "k-s6", "stroke-dasharray": "5 3"}));
    nodes.push(label(x(floor), top - 8, "the fastest this machine can be"));
  }
  [candidate, reference].forEach((times, kind) => {
    const y = top + rowHeight / 2 + kind * rowHeight;
    nodes.push(label(left - 12, y + 4, kind === 0 ? "this kernel" : "reference", {"text-anchor": "end", class: "f-text"}));
    nodes.push(...dots(times, y, x, kind));
    const middle = x(quantile(times, 0.5));
    nodes.push(report.svg("line", {x1: middle, x2: middle, y1: y - 17, y2: y + 17, class: "k-s" + kind, "stroke-width": 2}));
  });
  nodes.push(label((left + width - right) / 2, height - 4, "microseconds", {"text-anchor": "middle"}));
  return report.svg("svg", {viewBox: `0 0 ${width} ${height}`, class: "timing", role: "img", "aria-label": "times of this kernel and of the reference"}, ...nodes);
};

const numbers = (list) => list.map((time) => report.digits(time, 4)).join("  ");

const conditionsText = (conditions) => {
  if (!conditions) return null;
  const parts = [`${report.digits(conditions.sm_mhz, 4)} MHz`, `memory ${report.digits(conditions.memory_mhz, 4)} MHz`, `${conditions.temperature_c} \u00b0C`, `${report.digits(conditions.power_w, 3)} W`];
  if (conditions.throttled) parts.push("throttled by " + conditions.throttled);
  return report.element("p", {class: "note"}, "The GPU then: " + parts.join(", "));
};

report.timingPanel = (kernel) => {
  const timing = kernel.evaluation.timing;
  if (!timing) return report.element("p", {class: "empty"}, "Nothing was timed: only correct kernels are.");
  const candidate = timing.candidate_us.map(report.number).filter(Number.isFinite);
  const reference = timing.reference_us.map(report.number).filter(Number.isFinite);
  if (candidate.length === 0 || reference.length === 0) return report.element("p", {class: "empty"}, "No time was kept.");
  const sure = timing.speedup_low > 1 ? "above 1 with its whole interval" : timing.speedup_high < 1 ? "below 1 with its whole interval" : "1 lies within its interval";
  return report.element("div", {},
    report.element("p", {class: "message"}, `${report.times(report.number(timing.speedup))} [${report.digits(timing.speedup_low)}, ${report.digits(timing.speedup_high)}]: ${sure}`),
    drawing(candidate, reference, report.number(timing.floor_us)),
    report.element("p", {class: "note"}, "Lines: medians. Band: the middle half of the reference's times. The speedup is the median of the ratios of pairs, its interval 95 %."),
    conditionsText(kernel.evaluation.conditions),
    report.element("details", {}, report.element("summary", {}, "Times in microseconds"),
      report.element("pre", {class: "text"}, `kernel     ${numbers(candidate)}\nreference  ${numbers(reference)}`)));
};
