"use strict";

/** The desk, live. Everything from outside is written as text, never as markup. */
(() => {
  const language = document.documentElement.lang || "en";
  const clock = { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  const brief = new Intl.DateTimeFormat(language, clock);
  const precise = new Intl.DateTimeFormat(language, { ...clock, fractionalSecondDigits: 3 });
  const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });

  function localize(element) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.valueOf())) return;
    element.textContent = (element.dataset.style === "precise" ? precise : brief).format(moment);
    element.title = full.format(moment);
  }

  function offerToCopy(button) {
    const source = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent);
        button.classList.add("good");
        button.textContent = "✓";
      } catch {
        // Plain HTTP has no clipboard: the text is selected, and the reader presses Ctrl-C.
        window.getSelection().selectAllChildren(source);
      }
    });
  }

  document.querySelectorAll("time").forEach(localize);
  document.querySelectorAll("button[data-copy]").forEach(offerToCopy);

  const desk = document.getElementById("desk");
  if (!desk) return;
  const words = JSON.parse(document.getElementById("words").textContent);
  const stillOpen = new Set(words.open);
  const latest = Number(desk.dataset.latest);

  const writers = {
    moment(element, text) {
      const time = document.createElement("time");
      time.dateTime = text;
      localize(time);
      element.replaceChildren(time);
    },
    amount(element, text) {
      const [whole, fraction] = text.split(".");
      const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
      element.textContent = fraction === undefined ? grouped : `${grouped}.${fraction}`;
    },
    stop(element, text) {
      this.amount(element, text);
      element.textContent = `${element.dataset.named} ${element.textContent}`;
    },
    average(element, text) {
      const [whole, fraction = ""] = text.split(".");
      const places = /[1-9]/.test(whole) ? 4 : 10;
      const kept = fraction.slice(0, places).replace(/0+$/, "");
      this.amount(element, kept ? `${whole}.${kept}` : whole);
    },
    word(element, text) {
      element.dataset.word = text;
      element.textContent = (words[element.dataset.words || element.dataset.field] || {})[text] || text;
    },
    error(element, error) {
      element.textContent = error.message || "";
    },
    text(element, text) {
      element.textContent = text;
    },
  };

  function write(row, event) {
    row.querySelectorAll("[data-field]").forEach((element) => {
      const value = event[element.dataset.field];
      if (value === undefined || value === null) return;
      writers[element.dataset.as || "text"](element, value);
    });
    row.querySelectorAll("[data-link=receipt]").forEach((link) => {
      if (event.receipt) link.setAttribute("href", `/alerts/${encodeURIComponent(event.receipt)}/`);
    });
    if (event.status) row.dataset.status = event.status;
  }

  function rowsOf(table) {
    return [...document.getElementById(table).tBodies[0].rows];
  }

  function find(table, key) {
    return rowsOf(table).find((row) => row.dataset.key === key);
  }

  function refresh(table) {
    const isEmpty = rowsOf(table).length === 0;
    document.getElementById(table).hidden = isEmpty;
    document.querySelector(`[data-empty-of="${table}"]`).hidden = !isEmpty;
  }

  /** A row keeps its first time: it says when the order was made, not when it changed. */
  function show(table, template, key, event) {
    let row = find(table, key);
    if (row) {
      const { timestamp, ...changes } = event;
      write(row, changes);
    } else {
      row = document.getElementById(template).content.querySelector("tr").cloneNode(true);
      row.dataset.key = key;
      write(row, event);
      row.classList.add("fresh");
      document.getElementById(table).tBodies[0].prepend(row);
      rowsOf(table).slice(latest).forEach((old) => table === "open-orders" || old.remove());
    }
    refresh(table);
  }

  function drop(table, key) {
    const row = find(table, key);
    if (row) row.remove();
    refresh(table);
  }

  function onOrder(event) {
    const key = event.client_order_id;
    show("latest-orders", "order-row", key, event);
    if (stillOpen.has(event.status)) show("open-orders", "order-row", key, event);
    else drop("open-orders", key);
    const unknown = rowsOf("open-orders").filter((row) => row.dataset.status === "UNKNOWN").length;
    document.getElementById("unknown-count").textContent = String(unknown);
    document.getElementById("unknown").hidden = unknown === 0;
  }

  function onPosition(event) {
    const key = [event.strategy, event.account_id, event.market_type, event.symbol].join("|");
    if (event.quantity === "0") drop("positions", key);
    else show("positions", "position-row", key, event);
  }

  function onAlert(event) {
    const code = event.error ? event.error.code : "";
    show("alerts", "alert-row", event.receipt, { ...event, code });
  }

  const listeners = {
    order_created: onOrder,
    order_updated: onOrder,
    order_filled: onOrder,
    order_cancelled: onOrder,
    order_rejected: onOrder,
    order_unknown: onOrder,
    position_updated: onPosition,
    alert_received: onAlert,
    alert_rejected: onAlert,
  };

  const live = document.getElementById("live");
  function say(isLive) {
    live.hidden = false;
    live.classList.toggle("good", isLive);
    live.querySelector("span").textContent = isLive ? live.dataset.live : live.dataset.lost;
  }

  let lastId = desk.dataset.lastEventId;
  let pause = 1000;
  function connect() {
    const source = new EventSource(`${desk.dataset.events}?lastEventId=${encodeURIComponent(lastId)}`);
    source.onopen = () => {
      pause = 1000;
      say(true);
    };
    source.onerror = () => {
      say(false);
      if (source.readyState !== EventSource.CLOSED) return;
      // The browser has given up (a proxy's 502 while the bridge restarts): ask again, ever slower.
      window.setTimeout(connect, pause);
      pause = Math.min(pause * 2, 30000);
    };
    Object.entries(listeners).forEach(([name, listener]) => {
      source.addEventListener(name, (message) => {
        lastId = message.lastEventId || lastId;
        listener(JSON.parse(message.data));
      });
    });
  }
  connect();
})();
