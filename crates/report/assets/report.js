// Draws the charts from the data in the page.
(() => {
  "use strict";
  const drawings = JSON.parse(document.getElementById("drawings").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const faded = (hex, share) => hex + Math.round(share * 255).toString(16).padStart(2, "0");

  // Numbers as the rest of the page writes them.
  const before = ["$", "€", "£", "¥", "₹", "₩", "US$", "HK$", "NT$"];
  const withUnit = (text, unit) => {
    if (!unit) return text;
    if (!before.includes(unit)) return `${text} ${unit}`;
    return text.startsWith("−") ? `−${unit}${text.slice(1)}` : unit + text;
  };
  const digits = (x, least, most, grouping = true) =>
    x.toLocaleString("en-US", { minimumFractionDigits: least, maximumFractionDigits: most, useGrouping: grouping })
      .replace("-", "−");
  const short = (x) => {
    const [step, sign] = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]].find(([step]) => Math.abs(x) >= step) ?? [1, ""];
    return digits(x / step, 0, 1) + sign;
  };
  const number = (x, style) => {
    if (x === null || !Number.isFinite(x)) return "–";
    const kinds = {
      percent: () => digits(x * 100, style.digits, style.digits) + "%",
      plain: () => digits(x, style.digits, style.digits, false),
      compact: () => (Math.abs(x) >= 1e3 ? short(x) : digits(x, style.digits, style.digits)),
    };
    return withUnit((kinds[style.kind] ?? (() => digits(x, style.digits, style.digits)))(), style.unit);
  };
  // On an axis fewer digits do.
  const tick = (x, style) => {
    if (style.kind === "percent") return digits(x * 100, 0, 2) + "%";
    if (style.kind === "plain") return digits(x, 0, 6, false);
    return withUnit(Math.abs(x) >= 1e4 ? short(x) : digits(x, 0, 6), before.includes(style.unit) ? style.unit : "");
  };

  // Times: the axis has round ones, of the calendar.
  const [HOUR, DAY] = [3600e3, 86400e3];
  const two = (n) => String(n).padStart(2, "0");
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const steps = [
    ...[1, 5, 15, 30].map((n) => ({ ms: n * 60e3, fits: (d) => d.getTime() % (n * 60e3) === 0, hop: 60e3 })),
    ...[1, 3, 6, 12].map((n) => ({ ms: n * HOUR, fits: (d) => d.getUTCHours() % n === 0, hop: HOUR })),
    ...[1, 2, 7, 14].map((n) => ({ ms: n * DAY, fits: (d) => Math.floor(d / DAY + 3) % n === 0, hop: DAY })),
    ...[1, 3, 6].map((n) => ({ ms: n * 30 * DAY, fits: (d) => d.getUTCDate() === 1 && d.getUTCMonth() % n === 0, hop: DAY })),
    ...[1, 2, 5, 10, 20, 50, 100, 500].map((n) => ({
      ms: n * 365 * DAY, hop: DAY,
      fits: (d) => d.getUTCDate() === 1 && d.getUTCMonth() === 0 && d.getUTCFullYear() % n === 0,
    })),
  ];
  const timeTicks = (low, high, most) => {
    // Mistaken times, as the year 9999, are no reason to walk through all days up to them.
    if (high - low > 3000 * 365 * DAY) return [{ value: low }, { value: high }];
    const step = steps.find((step) => (high - low) / step.ms <= most) ?? steps[steps.length - 1];
    const ticks = [];
    for (let at = Math.ceil(low / step.hop) * step.hop; at <= high && ticks.length < 60; at += step.hop)
      if (step.fits(new Date(at))) ticks.push({ value: at });
    return ticks.length ? ticks : [{ value: low }, { value: high }];
  };
  // The first one has its year or day, those after it where it changes.
  const timeTick = (ms, span, index) => {
    const d = new Date(ms);
    if (Number.isNaN(d.getTime())) return "";
    const year = d.getUTCFullYear();
    if (span > 3000 * 365 * DAY || (span > 900 * DAY && d.getUTCMonth() === 0 && d.getUTCDate() === 1)) return String(year);
    const month = months[d.getUTCMonth()];
    if (span <= 3 * DAY) {
      const date = `${d.getUTCDate()} ${month}`;
      if (ms % DAY === 0) return date;
      const clock = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
      return index === 0 ? `${date} ${clock}` : clock;
    }
    const day = span <= 120 * DAY ? `${d.getUTCDate()} ${month}` : month;
    const isNew = index === 0 || (d.getUTCMonth() === 0 && (span > 120 * DAY || d.getUTCDate() <= 7));
    return isNew ? `${day} ${year}` : day;
  };
  const time = (ms) => {
    const d = new Date(ms);
    if (Number.isNaN(d.getTime())) return `${ms} ms`;
    const text = d.toISOString();
    return ms % DAY === 0 ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
  };

  // Chinese letters are two wide.
  const cut = (text, most) => {
    let width = 0;
    for (let i = 0; i < text.length; i += 1) {
      width += text.charCodeAt(i) >= 0x1100 ? 2 : 1;
      if (width > most) return text.slice(0, i) + "…";
    }
    return text;
  };

  function config(drawing, canvas) {
    const [ink, soft, line, card] = ["ink", "soft", "line", "card"].map(colour);
    const kind = drawing.kind;
    const isLine = kind === "line" || kind === "area";
    const isPoints = kind === "scatter";
    const isFree = drawing.axis !== "label";
    const narrow = canvas.parentElement.clientWidth < 420;
    const style = drawing.series[0]?.style ?? { kind: "number", digits: 0, unit: "" };
    const datasets = drawing.series.map((series, index) => {
      const own = colour(`c${(index % 7) + 1}`);
      const set = {
        label: series.name,
        data: isFree && (isLine || isPoints) ? series.xs.map((x, i) => ({ x, y: series.ys[i] })) : series.ys,
        backgroundColor: own, borderColor: own,
      };
      if (kind === "doughnut") {
        set.backgroundColor = series.ys.map((_, i) => colour(`c${(i % 7) + 1}`));
        Object.assign(set, { borderColor: card, borderWidth: 2 });
      } else if (isLine) {
        const few = series.ys.length <= 40;
        const fill = kind === "area" && (drawing.stack ? (index ? "-1" : "origin") : "origin");
        Object.assign(set, {
          fill, clip: 8, backgroundColor: faded(own, drawing.stack ? 0.45 : 0.14), borderWidth: 2,
          pointRadius: few ? 2.5 : 0, pointHoverRadius: 4, pointBackgroundColor: own,
        });
      } else if (isPoints) {
        Object.assign(set, { backgroundColor: faded(own, 0.55), borderWidth: 0, pointRadius: series.ys.length > 500 ? 2.5 : 4 });
      } else {
        Object.assign(set, { borderRadius: kind === "histogram" ? 2 : 4, borderSkipped: "start", maxBarThickness: 44 });
        if (kind === "histogram") Object.assign(set, { categoryPercentage: 1, barPercentage: 0.94, maxBarThickness: undefined });
      }
      return set;
    });
    const title = (text) => ({ display: Boolean(text), text, color: soft, font: { size: 12 } });
    const values = {
      stacked: drawing.stack, beginAtZero: !isPoints && kind !== "line", border: { display: false },
      grid: { color: line, drawTicks: false }, title: title(drawing.yTitle),
      ticks: { color: soft, padding: 8, maxTicksLimit: 6, callback: (x) => tick(x, style) },
    };
    const places = {
      stacked: drawing.stack, grid: { display: isPoints, color: line }, border: { color: line }, title: title(drawing.xTitle),
      ticks: { color: soft, maxRotation: 0, autoSkipPadding: 14 },
    };
    if (isFree) {
      places.type = "linear";
      const xs = drawing.series.flatMap((series) => series.xs);
      const [low, high] = [xs.reduce((a, b) => Math.min(a, b), Infinity), xs.reduce((a, b) => Math.max(a, b), -Infinity)];
      if (drawing.axis === "time") {
        // A single time is in the middle of its day.
        Object.assign(places, high > low ? { min: low, max: high } : { min: low - DAY / 2, max: low + DAY / 2 });
        places.afterBuildTicks = (axis) => { axis.ticks = timeTicks(axis.min, axis.max, narrow ? 5 : 9); };
        places.ticks.callback = (ms, index) => timeTick(ms, places.max - places.min, index);
      } else {
        if (isLine && high > low) Object.assign(places, { min: low, max: high });
        places.ticks.callback = (x) => tick(x, drawing.xStyle);
      }
    } else if (kind === "histogram") {
      // A bar's lower edge names it; its tooltip says both.
      places.ticks.callback = (index) => tick(drawing.series[0].xs[index], drawing.xStyle);
    } else {
      const most = drawing.lying ? (narrow ? 18 : 30) : 14;
      places.ticks.callback = (index) => cut(drawing.labels[index] ?? "", most);
      if (drawing.lying) Object.assign(places.ticks, { autoSkip: false, color: ink });
    }
    const named = drawing.series.length > 1 || Boolean(drawing.series[0]?.name && isPoints);
    return {
      type: { line: "line", area: "line", doughnut: "doughnut", scatter: "scatter" }[kind] ?? "bar",
      plugins: kind === "doughnut" ? [] : [room],
      data: { labels: isFree ? undefined : drawing.labels, datasets },
      options: {
        animation: false, maintainAspectRatio: false, indexAxis: drawing.lying ? "y" : "x",
        cutout: "68%", font: { family: getComputedStyle(document.body).fontFamily },
        interaction: isPoints || kind === "doughnut"
          ? { mode: "nearest", intersect: true }
          : { mode: "index", intersect: false, axis: drawing.lying ? "y" : "x" },
        scales: kind === "doughnut" ? {} : drawing.lying ? { y: places, x: values } : { x: places, y: values },
        plugins: {
          legend: {
            display: named && kind !== "doughnut", align: "start",
            labels: { color: soft, usePointStyle: true, pointStyle: isLine ? "line" : "rectRounded", boxWidth: 18, boxHeight: 8, padding: 14 },
          },
          tooltip: {
            backgroundColor: ink, titleColor: card, bodyColor: card, padding: 10, cornerRadius: 8, boxPadding: 4, usePointStyle: true,
            callbacks: {
              title: (items) => {
                if (!items.length || isPoints) return "";
                const item = items[0];
                if (!isFree) return drawing.labels[item.dataIndex];
                return drawing.axis === "time" ? time(item.parsed.x) : number(item.parsed.x, drawing.xStyle);
              },
              label: (item) => {
                const series = drawing.series[item.datasetIndex];
                const y = number(series.ys[item.dataIndex], series.style);
                if (kind === "doughnut") return y;
                if (!isPoints) return `${series.name}: ${y}`;
                const x = drawing.axis === "time" ? time(item.parsed.x) : number(item.parsed.x, drawing.xStyle);
                const point = `${drawing.xTitle} ${x}, ${drawing.yTitle} ${y}`;
                return series.name ? `${series.name}: ${point}` : point;
              },
            },
          },
        },
      },
    };
  }

  // Some room between the legend and the chart, for which the library has no setting.
  const room = {
    id: "room",
    beforeInit(chart) {
      const fit = chart.legend?.fit;
      if (fit) chart.legend.fit = function () { fit.call(this); this.height += 10; };
    },
  };

  let charts = [];
  function draw() {
    charts.forEach((chart) => chart.destroy());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    charts = [...document.querySelectorAll("canvas[data-drawing]")].map((canvas) =>
      new Chart(canvas, config(drawings[Number(canvas.dataset.drawing)], canvas)));
  }
  draw();
  dark.addEventListener("change", draw);
  // The printed page is light, whatever the screen is.
  window.matchMedia("print").addEventListener("change", draw);
  window.addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize()));
  window.addEventListener("afterprint", () => charts.forEach((chart) => chart.resize()));
})();
