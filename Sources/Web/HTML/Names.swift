extension HTML {
    /// An element that holds something.
    enum Tag: String {
        case a, article, aside, b, bdi, body, button, code, dd, details, div, dl, dt, fieldset, figure, footer, form
        case h1, h2, h3, head, header, html, kbd, label, legend, li, main, mark, nav, ol, option, p, pre, script,
            section
        case select, span, summary, table, tbody, td, th, thead, time, title, tr, ul
        // SVG
        case circle, g, line, path, polygon, polyline, rect, svg, text, use
    }

    /// An element that can hold nothing.
    enum VoidTag: String {
        case br, input, link, meta
    }

    /// The name of an attribute.
    enum Name: String {
        case action, autocomplete, charset, checked, `class`, colspan, content, d, datetime, `for`, height, hidden, href
        case id, lang, maxlength, method, name, open, placeholder, points, rel, role, scope, selected, src, type, value
        case viewBox, width, x, x1, x2, y, y1, y2
        case areaControls = "aria-controls"
        case ariaCurrent = "aria-current"
        case ariaExpanded = "aria-expanded"
        case ariaHidden = "aria-hidden"
        case ariaLabel = "aria-label"
        case ariaLive = "aria-live"
        case dataCopy = "data-copy"
        case dataTheme = "data-theme-switch"
        case spellcheck, tabindex
        case textAnchor = "text-anchor"
    }
}
