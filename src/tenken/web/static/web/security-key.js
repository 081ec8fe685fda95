/* Ties a page's button to django-allauth's WebAuthn script: data-security-key names its function. */
(function () {
  "use strict";
  const own = document.currentScript || document.querySelector("script[data-security-key]");

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.getElementById("key-message").hidden = false;
  });
  document.addEventListener("DOMContentLoaded", () => {
    const ids = { credential: own.dataset.credential, data: "js_data" };
    ids[own.dataset.securityKey === "addForm" ? "add" : "authenticate"] = own.dataset.button;
    window.allauth.webauthn.forms[own.dataset.securityKey]({ ids });
  });
})();
