// Passkeys, by what browsers bring along. Without them, or without this script, the forms here stay hidden.

const knows = window.PublicKeyCredential?.parseRequestOptionsFromJSON;

const make = async () => {
  const { publicKey } = JSON.parse(document.getElementById("passkey-options").textContent);
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
};

const use = async (form) => {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  const { publicKey } = await answer.json();
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
};

for (const unknown of document.querySelectorAll("[data-passkey-unknown]")) unknown.hidden = Boolean(knows);

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = !knows;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = form.querySelector("[data-trouble]");
    trouble.hidden = true;
    try {
      const credential = await (form.dataset.passkey === "make" ? make() : use(form));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      trouble.hidden = false; // asked and declined, or nothing there that fits
    }
  });
}
