/// A page that tells about a training run: headline, key figures, sections with text, tables and charts, and the
/// environment.
///
/// The page is one file: it needs no other, no network and no script. It suits a telephone (each chart is in it a
/// second time, drawn for a narrow screen) and paper.
public struct Report: Sendable {
  /// The headline.
  public var title: String
  /// What the run was about, in a sentence or two.
  public var summary: String
  /// The few numbers that matter, such as the last loss.
  public var figures: [KeyFigure]
  public var sections: [Section]
  public var environment: Environment

  public init(
    title: String, summary: String = "", figures: [KeyFigure] = [], sections: [Section] = [], environment: Environment
  ) {
    self.title = title
    self.summary = summary
    self.figures = figures
    self.sections = sections
    self.environment = environment
  }

  /// A number with its name.
  public struct KeyFigure: Hashable, Sendable {
    public var name: String, value: String

    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }

    /// The number is rounded to 4 significant digits.
    public init(_ name: String, _ value: Double) { self.init(name, numberText(value)) }

    public init(_ name: String, _ value: Int) { self.init(name, ExactDecimal(mantissa: value, exponent: 0).plainText) }
  }

  /// A part of the page, with a heading.
  public struct Section: Sendable {
    public var title: String
    public var blocks: [Block]

    public init(_ title: String, _ blocks: [Block]) {
      self.title = title
      self.blocks = blocks
    }
  }

  /// What a section consists of.
  public enum Block: Sendable {
    /// Paragraphs; an empty line separates them.
    case text(String)
    /// Lines that stay as they are, such as a command.
    case code(String)
    case table(Table)
    /// A chart, and what is to be said about it beneath.
    case chart(any Chart, caption: String = "")
  }

  /// Where and with what the run was made, so that it can be made again.
  public struct Environment: Hashable, Sendable {
    /// Of Lanes.
    public var version: String
    public var backend: String
    /// Such as AVX-512.
    public var instructionSet: String
    public var threads: Int
    /// As the reader is to see it.
    public var date: String
    /// What else there is to say, name by name.
    public var more: [KeyFigure]

    public init(
      version: String, backend: String, instructionSet: String, threads: Int, date: String, more: [KeyFigure] = []
    ) {
      self.version = version
      self.backend = backend
      self.instructionSet = instructionSet
      self.threads = threads
      self.date = date
      self.more = more
    }

    var entries: [KeyFigure] {
      [
        KeyFigure("Lanes", version), KeyFigure("Backend", backend), KeyFigure("Instruction set", instructionSet),
        KeyFigure("Threads", threads), KeyFigure("Date", date),
      ] + more
    }
  }
}
