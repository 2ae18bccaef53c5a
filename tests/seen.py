"""What a picture looks like in a real browser: where its boxes and texts stand, and which colours it has."""

import base64

TEXTS = """() => [...document.querySelectorAll('svg text')].filter(text => text.textContent.trim()).map(text => {
    const {x, y, width, height} = text.getBoundingClientRect(), matrix = text.getScreenCTM();
    const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(matrix.c, matrix.d);
    return {text: text.textContent, owner: text.parentNode.id, kind: text.getAttribute('class'), size,
            box: [x, y, x + width, y + height]};
})"""
BOXES = """() => Object.fromEntries([...document.querySelectorAll('svg g.node')].map(node => {
    const boxes = [...node.children].filter(part => !/text|title/.test(part.tagName))
        .map(part => part.getBoundingClientRect());
    const [x, y] = ['left', 'top'].map(side => Math.min(...boxes.map(box => box[side])));
    const [right, bottom] = ['right', 'bottom'].map(side => Math.max(...boxes.map(box => box[side])));
    return [node.id, [x, y, right, bottom]];
}))"""
COLOURS = """async image => {
    const bitmap = await createImageBitmap(await (await fetch(image)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), paint = canvas.getContext('2d');
    paint.drawImage(bitmap, 0, 0);
    const pixels = paint.getImageData(0, 0, bitmap.width, bitmap.height).data, found = {};
    for (let i = 0; i < pixels.length; i += 4) {
        const colour = [...pixels.slice(i, i + 4)].map(x => x.toString(16).padStart(2, '0')).join('');
        found[colour] = (found[colour] ?? 0) + 1;
    }
    return found;
}"""


class Seen:
    """An SVG as it is shown on a screen of 1920 × 1080: its texts with their sizes, and its boxes by id, in pixels."""

    def __init__(self, browser, path):
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(path.as_uri())
        self.texts, self.boxes = page.evaluate(TEXTS), page.evaluate(BOXES)
        page.close()

    @property
    def smallest(self):
        return min(text["size"] for text in self.texts)


def colours(browser, png):
    """How many pixels of each colour, #rrggbbaa without #, a PNG has."""
    page = browser.new_page()
    found = page.evaluate(COLOURS, f"data:image/png;base64,{base64.b64encode(png).decode()}")
    page.close()
    return found


def overlap(one, other, by=0.0):
    """Whether two boxes cover one another, by more than so many pixels."""
    return all(one[i] + by < other[i + 2] and other[i] + by < one[i + 2] for i in (0, 1))
