"use strict";

/** The builder without reloads. The token stays in its field: it is in no address and in no form. */
(() => {
  const form = document.getElementById("choices");
  const trial = document.getElementById("trial");
  const token = document.getElementById("token");
  const body = document.getElementById("body");
  const answer = document.getElementById("answer");
  const gap = trial.dataset.gap;
  let isEdited = false;
  let asking = null;

  /** As it stands inside a JSON text. */
  function withToken(text) {
    const typed = token.value.trim();
    return typed ? text.replaceAll(gap, () => JSON.stringify(typed).slice(1, -1)) : text;
  }

  function fillTrial() {
    if (!isEdited) body.value = JSON.parse(document.getElementById("sample").textContent);
  }

  function offerToTake() {
    document.querySelectorAll("button[data-take]").forEach((button) => {
      button.hidden = false;
    });
  }

  /** What may be chosen depends on what was. What the reader wrote since it was asked stays. */
  function take(page, sent) {
    page.querySelectorAll("[data-wrap]").forEach((fresh) => {
      const shown = form.querySelector(`[data-wrap="${fresh.dataset.wrap}"]`);
      if (!shown) return;
      shown.hidden = fresh.hidden;
      const [field, freshField] = [shown, fresh].map((each) => each.querySelector("select, input"));
      if (!field || field === document.activeElement) return;
      if (field.tagName === "SELECT") {
        // Taken one by one out of their list, each option would leave it as the chosen one.
        const chosen = freshField.value;
        field.replaceChildren(...freshField.children);
        field.value = chosen;
      } else if (field.type !== "checkbox") {
        if (field.value === sent.get(field.name)) field.value = freshField.value;
        field.placeholder = freshField.placeholder;
      }
    });
    document.getElementById("built").replaceWith(page.getElementById("built"));
    offerToTake();
    fillTrial();
  }

  async function rebuild() {
    if (asking) asking.abort();
    asking = new AbortController();
    const sent = new FormData(form);
    const address = `${window.location.pathname}?${new URLSearchParams(sent)}`;
    try {
      const response = await fetch(address, { signal: asking.signal });
      if (response.redirected || !response.ok) {
        window.location.assign(address);
        return;
      }
      take(new DOMParser().parseFromString(await response.text(), "text/html"), sent);
      window.history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.take);
    try {
      await navigator.clipboard.writeText(withToken(source.textContent));
      button.textContent = "✓";
      button.classList.add("good");
    } catch {
      // Plain HTTP has no clipboard: the text is selected, and the reader presses Ctrl-C.
      window.getSelection().selectAllChildren(source);
    }
  }

  function line(result) {
    const words = [result.account_name, result.side, result.quantity, result.symbol, result.order_type];
    if (result.price) words.push(`@ ${result.price}`);
    ["take_profit", "stop_loss", "trail"].forEach((name) => {
      if (result[name]) words.push(`${name} ${result[name]}`);
    });
    if (result.error) words.push("–", result.error);
    const item = document.createElement("li");
    item.textContent = words.filter(Boolean).join(" ");
    item.classList.toggle("bad", Boolean(result.error));
    return item;
  }

  function plain(text) {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }

  function verdict(text, isGood) {
    answer.hidden = false;
    answer.classList.toggle("bad", isGood === false);
    answer.classList.toggle("good", isGood === true);
    answer.querySelector(".verdict").textContent = text;
  }

  function tell(status, told) {
    const error = told.error;
    const head = error ? `${error.message} (${error.code}${error.field ? `, ${error.field}` : ""})` : told.message;
    verdict(head || `HTTP ${status}`, Boolean(told.success));
    const lines = (told.results || []).map(line);
    (told.unread || []).forEach((each) => lines.push(line(each)));
    (told.cancels || []).forEach((each) => lines.push(plain(`${each.account_name} ✕ ${each.symbol} ${each.client_order_id}`)));
    (told.skipped || []).forEach((each) => lines.push(plain(`${each.account_name} – ${each.reason}`)));
    (told.warnings || []).forEach((text) => lines.push(plain(`⚠ ${text}`)));
    answer.querySelector(".lines").replaceChildren(...lines);
    answer.querySelector("details").hidden = false;
    answer.querySelector("pre").textContent = JSON.stringify(told, null, 2);
  }

  async function preview() {
    answer.querySelector(".lines").replaceChildren();
    answer.querySelector("details").hidden = true;
    if (!token.value.trim()) {
      verdict(answer.dataset.missing, false);
      token.focus();
      return;
    }
    verdict(answer.dataset.waiting);
    const now = new Date().toISOString();
    try {
      const response = await fetch(trial.dataset.preview, {
        method: "POST",
        body: withToken(body.value).replaceAll("{{timenow}}", now),
        headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
        credentials: "omit",
        cache: "no-store",
      });
      tell(response.status, await response.json());
    } catch {
      verdict(answer.dataset.lost, false);
    }
  }

  let pause = null;
  function rebuildSoon() {
    window.clearTimeout(pause);
    pause = window.setTimeout(rebuild, 150);
  }
  // Typing is heard as input; not every browser hears a list's new choice so.
  form.addEventListener("input", rebuildSoon);
  form.addEventListener("change", rebuildSoon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    rebuild();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-take]");
    if (button) copy(button);
  });
  body.addEventListener("input", () => {
    isEdited = true;
  });
  document.getElementById("try").addEventListener("click", preview);
  document.getElementById("show").hidden = true;
  trial.hidden = false;
  offerToTake();
  fillTrial();
})();
