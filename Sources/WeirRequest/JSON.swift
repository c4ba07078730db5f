import WeirJSON

/// Requests carry the raw claims of a token as JSON.
public typealias JSONValue = WeirJSON.JSONValue
