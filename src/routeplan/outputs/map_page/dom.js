// Elements. Text from the plan only ever becomes a text node or an attribute's value: no markup in
// it can take effect. `bdi` keeps its writing direction from leaking into what stands beside it.

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'onclick') made.addEventListener('click', value);
    else if (name === 'style') for (const [key, text] of Object.entries(value)) made.style.setProperty(key, text);
    else if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) if (child) made.append(child);
  return made;
}

function said(text, className) {
  const made = element('bdi', className ? { class: className } : null);
  made.textContent = text;
  return made;
}

function badge({ kind, text }) {
  return said(text, `badge badge-${kind}`);
}

function disc(number, colour, className) {
  const style = { '--colour': colour, '--ink': inkOn(colour) };
  return element('span', { class: `disc ${className || ''}`, style }, String(number));
}

// White or dark, whichever contrasts more (relative luminance after WCAG 2).
function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.3 ? '#1b1f24' : '#ffffff';
}
