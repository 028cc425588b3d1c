package io.mulan.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mulan.files.ConfigException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The published code's configuration files, which are Python: read, never run. Each of their lines
 * is {@code config.group = d(key=literal, ...)} or {@code config.key = literal}; whatever computes
 * something is refused.
 */
final class PythonSettings {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int MAX_DEPTH = 8;

  /** Statements around the settings that say nothing about them. */
  private static final Set<String> FRAME = Set.of("import", "from", "def", "return");

  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<blank>[ \\t\\r]+|\\\\\\r?\\n|#[^\\n]*)"
              + "|(?<newline>\\n)"
              + "|(?<text>\"\"\"(?:(?!\"\"\")[\\s\\S]){0,10000}\"\"\""
              + "|\"[^\"\\\\\\n]*\"|'[^'\\\\\\n]*')"
              + "|(?<number>[-+]?(?:[0-9][0-9_]*\\.?[0-9_]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
              + "|(?<name>[A-Za-z_]\\w*)"
              + "|(?<mark>[^\\s])");

  private enum Kind {
    NEWLINE,
    TEXT,
    NUMBER,
    NAME,
    MARK,
    END
  }

  private record Token(Kind kind, String text, int line) {
    boolean is(String mark) {
      return kind != Kind.TEXT && text.equals(mark);
    }
  }

  private final String source;
  private final List<Token> tokens;
  private final ObjectNode root = NODES.objectNode();
  private int next;

  private PythonSettings(String text, String source) {
    this.source = source;
    this.tokens = tokens(text);
  }

  /**
   * The tree of settings.
   *
   * @throws ConfigException naming the line that is not a setting
   */
  static JsonNode read(String text, String source) {
    PythonSettings python = new PythonSettings(text, source);
    while (python.peek().kind != Kind.END) {
      python.statement();
    }
    return python.root;
  }

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    int line = 1;
    int open = 0;
    while (matcher.lookingAt()) {
      String found = matcher.group();
      Kind kind = kind(matcher);
      if (kind == Kind.MARK) {
        open += "([{".contains(found) ? 1 : ")]}".contains(found) ? -1 : 0;
      }
      // Inside brackets a line's end is a blank.
      if (kind != null && (kind != Kind.NEWLINE || open <= 0)) {
        tokens.add(new Token(kind, found, line));
      }
      line += (int) found.chars().filter(c -> c == '\n').count();
      matcher.region(matcher.end(), text.length());
    }
    tokens.add(new Token(Kind.NEWLINE, "\n", line));
    tokens.add(new Token(Kind.END, "the end", line));
    return tokens;
  }

  /** Null for what separates tokens. */
  private static Kind kind(Matcher matcher) {
    if (matcher.group("newline") != null) {
      return Kind.NEWLINE;
    }
    if (matcher.group("text") != null) {
      return Kind.TEXT;
    }
    if (matcher.group("number") != null) {
      return Kind.NUMBER;
    }
    if (matcher.group("name") != null) {
      return Kind.NAME;
    }
    return matcher.group("mark") != null ? Kind.MARK : null;
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    return tokens.get(next++);
  }

  private void statement() {
    Token first = take();
    if (first.kind == Kind.NEWLINE) {
      return;
    }
    if (first.kind == Kind.TEXT || FRAME.contains(first.text)) {
      skipLine();
    } else if (first.is("config") && peek().is("=")) {
      empty();
    } else if (first.is("config") && peek().is(".")) {
      setting();
    } else {
      throw wrong(first);
    }
  }

  /** A description or frame, to its end. */
  private void skipLine() {
    while (peek().kind != Kind.NEWLINE && peek().kind != Kind.END) {
      next++;
    }
  }

  /** {@code config = ml_collections.ConfigDict()}. */
  private void empty() {
    for (String expected : List.of("=", "ml_collections", ".", "ConfigDict", "(", ")", "\n")) {
      expect(expected);
    }
  }

  private void setting() {
    List<String> path = new ArrayList<>();
    while (peek().is(".")) {
      take();
      path.add(name());
    }
    expect("=");
    JsonNode value = value(path.size());
    expect("\n");
    ObjectNode group = root;
    for (String part : path.subList(0, path.size() - 1)) {
      group = group.get(part) instanceof ObjectNode there ? there : group.putObject(part);
    }
    group.set(path.get(path.size() - 1), value);
  }

  private String name() {
    Token token = take();
    if (token.kind != Kind.NAME) {
      throw wrong(token);
    }
    return token.text;
  }

  private JsonNode value(int depth) {
    Token token = take();
    return switch (token.kind) {
      case TEXT -> NODES.textNode(token.text.replaceAll("^(\"\"\"|\"|')|(\"\"\"|\"|')$", ""));
      case NUMBER -> number(token);
      case NAME ->
          switch (token.text) {
            case "True" -> NODES.booleanNode(true);
            case "False" -> NODES.booleanNode(false);
            case "None" -> NODES.nullNode();
            case "d", "dict" -> group(token, depth);
            default -> throw wrong(token);
          };
      default -> throw wrong(token);
    };
  }

  private JsonNode number(Token token) {
    String digits = token.text.replace("_", "");
    try {
      return digits.matches("[-+]?[0-9]{1,18}")
          ? NODES.numberNode(Long.parseLong(digits))
          : NODES.numberNode(new BigDecimal(digits).doubleValue());
    } catch (NumberFormatException e) {
      throw wrong(token);
    }
  }

  /** {@code d(key=value, ...)}. */
  private JsonNode group(Token at, int depth) {
    if (depth > MAX_DEPTH) {
      throw wrong(at);
    }
    ObjectNode group = NODES.objectNode();
    expect("(");
    while (!peek().is(")")) {
      String name = name();
      expect("=");
      group.set(name, value(depth + 1));
      if (!peek().is(")")) {
        expect(",");
      }
    }
    take();
    return group;
  }

  private void expect(String text) {
    Token token = take();
    if (!token.is(text)) {
      throw wrong(token);
    }
  }

  private ConfigException wrong(Token token) {
    String found =
        token.kind == Kind.NEWLINE ? "its end" : "'" + token.text.replaceAll("[^ -~]", "?") + "'";
    return new ConfigException(
        "%s, line %d: %s is not allowed there; Python is read here, not run: keep to lines such as"
                .formatted(source, token.line, found)
            + " config.model = d(sm_n_embd=128), or write config.to_json() into a .json file");
  }
}
