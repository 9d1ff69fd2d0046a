// Shows the key that a name will get, where none is typed. What counts is made by the server, with or without this.
const letters = { ß: "ss", æ: "ae", ø: "o", œ: "oe", đ: "d", ł: "l", þ: "th", ı: "i" };
for (const form of document.querySelectorAll("form.proposes-key")) {
  const { name, key } = form.elements;
  const propose = () => {
    const plain = name.value.toLowerCase().replace(/[ßæøœđłþı]/g, (letter) => letters[letter]);
    const slug = plain.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-");
    key.placeholder = slug.replace(/^-|-$/g, "").slice(0, 63).replace(/-$/, "");
  };
  name.addEventListener("input", propose);
  propose();
}
