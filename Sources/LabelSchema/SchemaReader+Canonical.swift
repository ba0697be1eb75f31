/// Values that stand in the schema itself: allowed values and bounds.
extension SchemaReader {
    /// The canonical text of a value; nil, with a mistake, if it is not of the field's type.
    ///
    /// It may be written as the field's own format has it, or in the type's usual form. Of a type whose values are
    /// JSON, the canonical text is canonical JSON.
    mutating func canonicalText(_ node: SchemaNode, _ parts: FieldParts, _ what: String) -> String? {
        guard let type = parts.valueType else { return nil }
        if type.isText { return mistakes.text(node, what)?.text }
        if type == .boolean {
            guard let text = mistakes.text(node, what) else { return nil }
            if ["true", "false"].contains(text.text) { return text.text }
            if parts.trueValues.contains(text.text) { return "true" }
            if parts.falseValues.contains(text.text) { return "false" }
            return refuse(text, type, what, "write true or false")
        }
        let text: SchemaText
        let isJSON = [.object, .array, .geojson, .geopoint].contains(type)
        if isJSON, node.itemList != nil || node.memberList != nil {
            text = SchemaText(text: String(decoding: JSONValueText.bytes(node), as: UTF8.self), line: node.line)
        } else if let plain = mistakes.text(node, what) {
            text = plain
        } else {
            return nil
        }
        let own = ValueForm(type, format: parts.format, numbers: parts.numberFormat)
        var forms = [own]
        // A number of YAML or JSON is written as they have it. Text that groups digits must not be taken for one.
        if node.isNumber { forms = [ValueForm(type)] }
        if [.date, .time, .datetime].contains(type) { forms.append(ValueForm(type)) }
        if type == .geopoint { forms += FieldFormat.named(type).map { ValueForm(type, format: $0) } }
        for form in forms {
            guard let json = form.canonical(text.text) else { continue }
            let isQuoted = json.first == UInt8(ascii: "\"")
            return String(decoding: isQuoted ? json.dropFirst().dropLast() : json[...], as: UTF8.self)
        }
        let suggestion = LikelyValue.find(own, text.text).map { "did you mean “\($0)”?" }
        return refuse(text, type, what, suggestion)
    }

    private mutating func refuse(_ text: SchemaText, _ type: FieldType, _ what: String, _ hint: String?) -> String? {
        let problem = "\(what) cannot be “\(CellText.shown(text.text))”: the type is `\(type.rawValue)`"
        mistakes.add(text.line, problem, hint)
        return nil
    }
}
