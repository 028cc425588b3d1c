package io.mulan.drawing;

import io.mulan.drawing.Svg.DataUri;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A page of HTML that stands alone: its style and its pictures are in it, it needs no script and
 * asks no network. Every text given is shown as it is, whatever it holds. It is well-formed XML.
 */
public final class HtmlPage {
  private static final String NUMBER = "[-+−]?[\\d  .]*\\d(e[-+]?\\d+)?( ± \\S+)?|–|";

  private final String title;
  private final String lead;
  private final Map<String, String> sections = new LinkedHashMap<>();
  private final StringBuilder body = new StringBuilder();
  private boolean inSection;

  /**
   * An empty one.
   *
   * @param title at its head
   * @param lead one sentence below
   */
  public HtmlPage(String title, String lead) {
    this.title = title;
    this.lead = lead;
  }

  /**
   * Begins a section, to which all goes that follows.
   *
   * @param id of letters, for links
   */
  public HtmlPage section(String id, String heading) {
    endSection();
    inSection = true;
    sections.put(id, heading);
    body.append("<section id=\"%s\">\n".formatted(id)).append(element("h2", heading));
    return this;
  }

  private void endSection() {
    body.append(inSection ? "</section>\n" : "");
    inSection = false;
  }

  /** A paragraph. */
  public HtmlPage text(String paragraph) {
    body.append(element("p", paragraph));
    return this;
  }

  /** A paragraph that must not be missed. */
  public HtmlPage notice(String paragraph) {
    body.append("<p class=\"notice\" role=\"note\">").append(escaped(paragraph)).append("</p>\n");
    return this;
  }

  /** Lines to be typed. */
  public HtmlPage code(String lines) {
    body.append("<pre tabindex=\"0\"><code>").append(escaped(lines)).append("</code></pre>\n");
    return this;
  }

  /** Lines that are shown when asked for; on paper they always are. */
  public HtmlPage folded(String summary, String lines) {
    body.append("<details>").append(element("summary", summary));
    code(lines);
    body.append("</details>\n");
    return this;
  }

  /**
   * A table whose first column names the rows. Columns of numbers are aligned at their ends. What
   * follows a line's end in a cell is shown smaller.
   *
   * @param caption what it shows
   */
  public HtmlPage table(String caption, List<String> head, List<List<String>> rows) {
    body.append("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"")
        .append(escaped(caption))
        .append("\">\n<table>\n")
        .append(element("caption", caption))
        .append("<thead><tr>");
    for (int column = 0; column < head.size(); column++) {
      cell("th", "col", head.get(column), isNumeric(rows, column));
    }
    body.append("</tr></thead>\n<tbody>\n");
    for (List<String> row : rows) {
      body.append("<tr>");
      for (int column = 0; column < row.size(); column++) {
        boolean names = column == 0;
        cell(names ? "th" : "td", names ? "row" : "", row.get(column), isNumeric(rows, column));
      }
      body.append("</tr>\n");
    }
    body.append("</tbody>\n</table>\n</div>\n");
    return this;
  }

  private static boolean isNumeric(List<List<String>> rows, int column) {
    return column > 0 && rows.stream().allMatch(row -> row.get(column).matches(NUMBER));
  }

  private void cell(String tag, String scope, String text, boolean numeric) {
    String[] parts = text.split("\n", 2);
    body.append("<").append(tag);
    body.append(scope.isEmpty() ? "" : " scope=\"" + scope + "\"");
    body.append(numeric ? " class=\"number\"" : "").append(">").append(escaped(parts[0]));
    body.append(parts.length > 1 ? "<small>" + escaped(parts[1]) + "</small>" : "");
    body.append("</").append(tag).append(">");
  }

  /** Pictures, side by side where there is room. */
  public HtmlPage figures(List<Figure> figures) {
    body.append("<div class=\"figures\">\n");
    figures.forEach(
        f ->
            body.append(
                "<figure><img src=\"%s\" alt=\"%s\" width=\"%d\" height=\"%d\"/>%s</figure>\n"
                    .formatted(
                        f.source(),
                        escaped(f.description()),
                        f.width(),
                        f.height(),
                        element("figcaption", f.caption()))));
    body.append("</div>\n");
    return this;
  }

  /** The whole page. */
  String html() {
    endSection();
    String links =
        sections.entrySet().stream()
            .map(s -> "<a href=\"#%s\">%s</a>".formatted(s.getKey(), escaped(s.getValue())))
            .collect(Collectors.joining("\n"));
    return """
    <!DOCTYPE html>
    <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <title>%s</title>
    <style>
    %s</style>
    </head>
    <body>
    <header>
    <h1>%s</h1>
    <p class="lead">%s</p>
    <nav aria-label="Sections">
    %s
    </nav>
    </header>
    <main>
    %s</main>
    </body>
    </html>
    """
        .formatted(escaped(title), style(), escaped(title), escaped(lead), links, body);
  }

  private static String style() {
    try (InputStream in = HtmlPage.class.getResourceAsStream("/report/style.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String element(String tag, String text) {
    return "<%s>%s</%s>\n".formatted(tag, escaped(text), tag);
  }

  /** As text or as an attribute's value; what XML cannot have is a question mark. */
  private static String escaped(String text) {
    StringBuilder safe = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(isXml(c) ? c : '?');
              }
            });
    return safe.toString();
  }

  private static boolean isXml(int c) {
    return c == '\n'
        || c == '\t'
        || (c >= ' ' && c < 0x7f)
        || (c > 0x9f && (c < 0xd800 || c > 0xdfff) && c != 0xfffe && c != 0xffff);
  }

  /**
   * A picture in a page.
   *
   * @param source a data URI that holds it
   * @param description for readers who cannot see it
   * @param caption below it
   * @param width as it is shown where there is room, points
   * @param height likewise
   */
  public record Figure(String source, String description, String caption, int width, int height) {

    /** A page is to be small: plots of more letters than this are pixels. */
    private static final int LARGEST_SVG = 250_000;

    /** Of a plot: as SVG, or as PNG of two pixels a point where there is much in it. */
    public static Figure of(Plot plot, String caption) {
      String svg = Svg.of(plot);
      String source = svg.length() <= LARGEST_SVG ? DataUri.svg(svg) : DataUri.png(plot.picture(2));
      return new Figure(source, plot.title(), caption, plot.width(), plot.height());
    }

    /** Of pixels. */
    public static Figure of(BufferedImage picture, String description, String caption) {
      return new Figure(
          DataUri.png(picture), description, caption, picture.getWidth(), picture.getHeight());
    }
  }
}
