// Pictures in forms: shows a file as soon as it is chosen, before anything is sent.
document.addEventListener("change", (event) => {
  const box = event.target.closest?.(".console-picture");
  const file = event.target.type === "file" ? event.target.files[0] : undefined;
  if (!box || !file) return;
  const look = box.querySelector(".console-picture-look");
  const image = look.querySelector("img") || look.appendChild(document.createElement("img"));
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(file);
  box.querySelector(".console-picture-name").textContent = file.name;
  // Unfold writes the name of a chosen file into the first text beside it, which here is an address.
  box.querySelector("input[type=text]").setAttribute("value", box.dataset.address);
});
