extension HTML {
    /// An element that holds something.
    enum Tag: String {
        case a, article, aside, b, bdi, blockquote, body, button, code, dd, del, details, div, dl, dt, em, fieldset,
            figure, footer, form
        case h1, h2, h3, h4, h5, h6, head, header, html, ins, label, legend, li, main, mark, nav, ol, option, p, pre,
            script, section
        case select, span, strong, style, summary, table, tbody, td, th, thead, time, title, tr, ul
        // SVG
        case desc, line, path, polygon, polyline, svg, text
    }

    /// An element that can hold nothing.
    enum VoidTag: String {
        case br, hr, img, input, link, meta
    }

    /// The name of an attribute with a text; those with an address take a `Link`.
    enum Name: String {
        case alt, autocomplete, charset, checked, content, d, datetime, fill, height, hidden, id, lang, loading,
            maxlength, name, open
        case placeholder, points, property, rel, role, scope, selected, spellcheck, start, tabindex, textLength, type,
            value, viewBox, width
        case x, x1, x2, xmlns, y, y1, y2
        case ariaCurrent = "aria-current"
        case ariaHidden = "aria-hidden"
        case ariaLabel = "aria-label"
        case dataBytes = "data-bytes"
        case dataCheck = "data-check"
        case dataCopy = "data-copy"
        case dataFollow = "data-follow"
        case dataTheme = "data-theme-switch"
        case fontFamily = "font-family"
        case fontSize = "font-size"
        case textAnchor = "text-anchor"
    }
}
