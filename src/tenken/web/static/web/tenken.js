/* What pages do beyond HTML. Bound by data- attributes; every page works without it, except saving as you type.

   data-autosave           an element that htmx posts when it changes        (answer_group)
   data-autosave-status    the page's line about saving, with a retry button (autosave_status)
   data-autosave-note      the line beside one saved element
   data-conflict           in it: what somebody else saved meanwhile; its buttons (data-conflict-take) choose
   data-reveal-by/-for     shown while the radio or select of that name has one of the values
   data-unsaved-warning    a form that asks before the page is left with changes
   data-repeatable         a form that may be sent twice (it answers with a file)
   data-submit-on-change   a select that sends its GET form
   data-fold-on-phone      a <details> that starts closed on a narrow screen
   data-print              a button that prints the page */
(function () {
  "use strict";

  const NARROW = window.matchMedia("(width < 62rem)");
  const LOST = "保存に失敗しました。通信ができません。入力した内容はこの画面に残っています。";
  const failed = new Set(); // elements whose last save did not arrive
  const pending = new Set(); // elements being saved or about to be
  let dirtyForm = null;
  let leaving = false;

  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  /* --- saving as you type --------------------------------------------------------------------------- */

  function say(state, text) {
    for (const box of all("[data-autosave-status]")) {
      box.dataset.state = state;
      box.querySelector("[data-autosave-text]").textContent = text;
      const retry = box.querySelector("[data-autosave-retry]");
      if (retry) retry.hidden = state !== "failed";
    }
  }

  function note(element, state, text) {
    const line = element.querySelector("[data-autosave-note]");
    if (!line) return;
    line.dataset.state = state;
    line.textContent = text;
  }

  function clock() {
    const now = new Date();
    return `${now.getHours()}:${String(now.getMinutes()).padStart(2, "0")}`;
  }

  /* The sentence of a refusal: error pages mark it, plain and JSON replies are it. */
  function sentence(xhr) {
    const type = xhr.getResponseHeader("Content-Type") || "";
    const body = xhr.responseText || "";
    if (type.includes("json")) {
      try {
        const reply = JSON.parse(body);
        return reply.message || reply.detail || "";
      } catch {
        return "";
      }
    }
    if (!type.includes("html")) return body.slice(0, 200);
    const page = new DOMParser().parseFromString(body, "text/html");
    return all("[data-refusal]", page).map((one) => one.textContent.trim()).join(" ").slice(0, 300);
  }

  function reason(xhr) {
    const words = sentence(xhr);
    if (words) return words;
    if (xhr.status === 401 || xhr.status === 403) return "保存できませんでした。ログインし直してください。";
    if (xhr.status === 409) return "ほかの人が先に変更しました。画面を読み込み直してください。";
    return "保存に失敗しました。もう一度お試しください。";
  }

  function settle() {
    if (failed.size > 0) say("failed", `保存できていない項目が${failed.size}件あります。`);
    else if (pending.size === 0) say("saved", `${clock()}に保存しました。`);
  }

  function fail(element, text) {
    pending.delete(element);
    failed.add(element);
    note(element, "failed", text);
    say("failed", failed.size > 1 ? `保存できていない項目が${failed.size}件あります。` : text);
  }

  const autosaved = (event) => event.target.closest && event.target.closest("[data-autosave]");

  function saveFailedAgain() {
    for (const element of Array.from(failed)) {
      if (element.isConnected) window.htmx.trigger(element, "save-again");
      else failed.delete(element);
    }
  }

  /* Text is saved while it is typed: after a pause, whichever of the element's fields it is typed into. */
  const pauses = new WeakMap();
  document.addEventListener("input", (event) => {
    const element = autosaved(event);
    if (!element) return;
    pending.add(element);
    clearTimeout(pauses.get(element));
    if (event.target.localName !== "textarea") return;
    pauses.set(element, setTimeout(() => element.isConnected && window.htmx.trigger(element, "save-again"), 1500));
  });
  document.addEventListener("change", (event) => {
    const element = autosaved(event);
    if (element) clearTimeout(pauses.get(element)); // leaving the field saves at once
  });
  /* htmx would post the whole form, 140 answers for one; a saved element sends what lies inside it. */
  document.addEventListener("htmx:configRequest", (event) => {
    const element = autosaved(event);
    if (!element || element !== event.detail.elt) return;
    const sent = event.detail.formData;
    for (const name of new Set(sent.keys())) sent.delete(name);
    for (const input of all("input, select, textarea", element)) {
      const off = input.disabled || !input.name || (/^(radio|checkbox)$/.test(input.type) && !input.checked);
      if (!off) sent.append(input.name, input.type === "file" ? input.files[0] || "" : input.value);
    }
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const element = autosaved(event);
    if (!element) return;
    pending.add(element);
    say("saving", "保存しています…");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const element = autosaved(event);
    const xhr = event.detail.xhr;
    if (!element || !xhr || xhr.status === 0) return; // 0: sendError and timeout speak for it
    if (event.detail.successful && !xhr.responseURL.includes("/login")) {
      pending.delete(element);
      failed.delete(element);
      note(element, "saved", "");
      settle();
    } else if (event.detail.successful) {
      fail(element, "ログインの有効時間が過ぎました。別の画面でログインしてから、もう一度保存してください。");
    } else {
      fail(element, reason(xhr));
      showConflict(element, xhr);
    }
  });

  /* Somebody else saved the same element meanwhile: the reply shows theirs, and which of the two shall stand is chosen. */
  function showConflict(element, xhr) {
    all("[data-conflict]", element).forEach((box) => box.remove());
    if (xhr.status !== 409) return;
    const box = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("[data-conflict]");
    if (!box) return;
    note(element, "failed", "");
    element.insertBefore(document.adoptNode(box), element.querySelector(".answer__more"));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-conflict-take]");
    const element = button && button.closest("[data-autosave]");
    if (!element) return;
    event.preventDefault();
    const box = button.closest("[data-conflict]");
    element.querySelector("input[name=version]").value = box.dataset.mark;
    if (button.dataset.conflictTake === "theirs") {
      for (const radio of all("input[type=radio]", element)) radio.checked = radio.value === box.dataset.verdict;
      for (const area of all("textarea", element)) {
        area.value = area.name.startsWith("reason-") ? box.dataset.reason : box.dataset.comment;
      }
      all("[data-reveal-by]", element).forEach(reveal);
    }
    box.remove();
    element.focus();
    window.htmx.trigger(element, "save-again");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const element = autosaved(event);
      if (element) fail(element, LOST);
    });
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-autosave-retry]")) saveFailedAgain();
    if (event.target.closest("[data-print]")) window.print();
  });
  window.addEventListener("online", saveFailedAgain);

  /* --- forms ---------------------------------------------------------------------------------------- */

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "repeatable" in form.dataset) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    leaving = true;
    // After this turn, so that the pressed button's own name and value are still sent.
    setTimeout(() => all("button[type=submit], button:not([type])", form).forEach((button) => (button.disabled = true)), 0);
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    for (const form of all("form[data-sent]")) {
      delete form.dataset.sent;
      all("button[type=submit], button:not([type])", form).forEach((button) => (button.disabled = false));
    }
    all("[data-reveal-by]").forEach(reveal); // a page out of the back cache keeps its radios
  });

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-unsaved-warning]");
    if (form) dirtyForm = form;
  });
  window.addEventListener("beforeunload", (event) => {
    if (leaving || (!dirtyForm && failed.size === 0 && pending.size === 0)) return;
    event.preventDefault();
  });

  /* --- what depends on a choice ----------------------------------------------------------------------- */

  function reveal(box) {
    const scope = box.closest("form") || document;
    const name = CSS.escape(box.dataset.revealBy);
    const chosen = scope.querySelector(`[name="${name}"]:checked`) || scope.querySelector(`select[name="${name}"]`);
    box.hidden = !(chosen && box.dataset.revealFor.split(" ").includes(chosen.value));
  }

  document.addEventListener("change", (event) => {
    if (!event.target.name) return;
    if ("submitOnChange" in event.target.dataset) event.target.form.requestSubmit();
    all(`[data-reveal-by="${CSS.escape(event.target.name)}"]`).forEach(reveal);
  });

  /* --- narrow screens ----------------------------------------------------------------------------------- */

  function fold() {
    all("details[data-fold-on-phone]").forEach((box) => (box.open = !NARROW.matches));
  }

  function start(root) {
    all("[data-reveal-by]", root).forEach(reveal);
  }

  NARROW.addEventListener("change", fold);
  document.addEventListener("htmx:load", (event) => start(event.target.parentElement || document));
  fold();
  start(document);

  const summary = document.querySelector("[data-error-summary]");
  if (summary && !summary.closest("[data-sample]")) summary.focus();
})();
