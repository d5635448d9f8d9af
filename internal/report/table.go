package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"lockheld/sched"
)

// tableWidth is the width that a table keeps to.
const tableWidth = 120

// Widths of the columns on the left, and of a task's own column. They leave a
// table of maxLanes tasks within tableWidth.
const (
	maxNarrow = 24
	minLane   = 16
)

// maxLanes is the most tasks that get a column each; with more, one column
// names the task.
const maxLanes = 4

// table writes rows as columns: step, locks, and one for each task or, as a
// list, one that names the task and one for all cells.
type table struct {
	trace  *sched.Trace
	rows   []row
	lock   string
	lanes  []int // tasks that have rows, by index
	list   bool
	widths []int
	b      strings.Builder
}

// writeTrace writes the table of a trace. The verbose form shows every step,
// with the calls that led to it.
func writeTrace(w io.Writer, tr *sched.Trace, s *Subject, verbose bool) error {
	r := newRower(tr, s, verbose)
	t := &table{trace: tr, rows: r.build(), lock: r.lock}
	for i := range tr.Tasks {
		if slices.ContainsFunc(t.rows, func(w row) bool { return w.task == i }) {
			t.lanes = append(t.lanes, i)
		}
	}
	t.list = verbose || len(t.lanes) > maxLanes
	t.measure()
	t.head()
	for i := range t.rows {
		t.row(i)
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// titles are the heads of the columns.
func (t *table) titles() []string {
	locks := "locks held"
	if t.lock != "" {
		locks = "holds " + t.lock
	}
	titles := []string{"step", locks}
	if t.list {
		return append(titles, "task", "what")
	}
	for _, i := range t.lanes {
		titles = append(titles, t.trace.Tasks[i])
	}
	return titles
}

// measure sets the widths: of the columns on the left what they need, of the
// others what they need up to an equal part of what is left.
func (t *table) measure() {
	titles := t.titles()
	t.widths = make([]int, len(titles))
	for i := range titles {
		t.widths[i] = utf8.RuneCountInString(titles[i])
	}
	fixed := t.across()
	need := func(col int, text string) { t.widths[col] = max(t.widths[col], utf8.RuneCountInString(text)) }
	for i := range t.rows {
		w := &t.rows[i]
		need(0, w.steps())
		need(1, w.locks)
		if w.task < 0 {
			continue
		}
		if t.list {
			need(2, t.trace.Tasks[w.task])
		}
		need(t.column(w.task), w.oneLine())
	}
	t.widths[1] = min(t.widths[1], maxNarrow)
	if t.list {
		t.widths[2] = min(t.widths[2], maxNarrow)
	}
	left := tableWidth - 1
	for _, n := range t.widths[:fixed] {
		left -= n + 3
	}
	lanes := len(t.widths) - fixed
	for i := fixed; i < len(t.widths); i++ {
		share := max(minLane, (left-3*(lanes-1))/lanes)
		if t.widths[i] <= share {
			left -= t.widths[i] + 3
		} else {
			left -= share + 3
			t.widths[i] = share
		}
		lanes--
	}
}

// across is the column in which text about all tasks begins.
func (t *table) across() int {
	if t.list {
		return 3
	}
	return 2
}

// widthAcross is the space for such text: the columns from there on, and at
// least what fits in any table.
func (t *table) widthAcross() int {
	n := -3
	for _, width := range t.widths[t.across():] {
		n += width + 3
	}
	return max(n, minLane)
}

// column returns the column of the cells of a task.
func (t *table) column(task int) int {
	if t.list {
		return 3
	}
	return 2 + slices.Index(t.lanes, task)
}

func (t *table) head() {
	cells := make([][]string, len(t.widths))
	for i, title := range t.titles() {
		cells[i] = wrap(title, t.widths[i], "")
	}
	t.block(cells)
	rule := make([]string, len(t.widths))
	for i, n := range t.widths {
		rule[i] = strings.Repeat("-", n)
	}
	t.b.WriteString(" " + strings.Join(rule, "-+-") + "\n")
}

// line writes one line of cells.
func (t *table) line(cells []string) {
	var b strings.Builder
	for i, c := range cells {
		pad := strings.Repeat(" ", max(0, t.widths[i]-utf8.RuneCountInString(c)))
		b.WriteByte(' ')
		if i > 0 {
			b.WriteString("| ")
		}
		if i == 0 && c != "step" {
			b.WriteString(pad + c)
		} else {
			b.WriteString(c + pad)
		}
	}
	t.b.WriteString(strings.TrimRight(b.String(), " ") + "\n")
}

// row writes row i: its heading, and its cell on as many lines as it needs.
func (t *table) row(i int) {
	w := &t.rows[i]
	before, after := t.locks(i)
	if w.task < 0 {
		cells := make([][]string, t.across()+1) // no columns behind it
		cells[1] = wrap(after, t.widths[1], "  ")
		cells[t.across()] = wrap(w.cell, t.widthAcross(), "  ")
		t.block(cells)
		return
	}
	who := ""
	if t.list && (i == 0 || t.rows[i-1].task != w.task) {
		who = t.trace.Tasks[w.task]
	}
	col := t.column(w.task)
	if line := w.oneLine(); utf8.RuneCountInString(line) <= t.widths[col] {
		t.lines(w.steps(), after, col, []string{line}, who)
		return
	}
	if w.heading != "" {
		t.lines("", before, col, wrap(w.heading+":", t.widths[col], "  "), who)
		who = ""
	}
	t.lines(w.steps(), after, col, wrap("  "+w.cell, t.widths[col], "    "), who)
}

// locks is what the column of locks shows before and beside row i. A list of
// several locks is shown where it changes, the holder of one lock throughout.
func (t *table) locks(i int) (before, after string) {
	if i > 0 {
		before = t.rows[i-1].locks
	}
	after = t.rows[i].locks
	if t.lock != "" {
		return before, after
	}
	switch after {
	case before:
		after = ""
	case "":
		after = "none"
	}
	return "", after
}

// oneLine is the text of the row where it fits on a line: steps stand behind
// their function, or indented below the row that names it.
func (w *row) oneLine() string {
	if w.heading != "" {
		return w.heading + ": " + w.cell
	}
	return "  " + w.cell
}

// lines writes the lines of one cell with what stands before them.
func (t *table) lines(steps, locks string, col int, text []string, who string) {
	cells := make([][]string, len(t.widths))
	cells[0] = wrap(steps, t.widths[0], "")
	cells[1] = wrap(locks, t.widths[1], "  ")
	if t.list {
		cells[2] = wrap(who, t.widths[2], "  ")
	}
	cells[col] = text
	if len(cells[1]) == 1 { // who holds a lock stands beside every line
		for len(cells[1]) < len(text) && t.lock != "" {
			cells[1] = append(cells[1], cells[1][0])
		}
	}
	t.block(cells)
}

// block writes cells of several lines side by side.
func (t *table) block(cells [][]string) {
	n := 0
	for _, c := range cells {
		n = max(n, len(c))
	}
	line := make([]string, len(cells))
	for i := range n {
		for j, c := range cells {
			line[j] = ""
			if i < len(c) {
				line[j] = c[i]
			}
		}
		t.line(line)
	}
}

// steps is the range of steps of a row.
func (w *row) steps() string {
	switch {
	case w.first < 0:
		return ""
	case w.first == w.last:
		return fmt.Sprint(w.first)
	}
	return fmt.Sprintf("%d-%d", w.first, w.last)
}

// wrap breaks text at spaces into lines of at most width characters, each but
// the first with the indent. A word that is longer than a line is cut.
func wrap(text string, width int, indent string) []string {
	if strings.TrimLeft(text, " ") == "" {
		return nil
	}
	line := []rune(text[:len(text)-len(strings.TrimLeft(text, " "))])
	var lines []string
	begun := false // the line has a word
	for _, word := range strings.Fields(text) {
		rest := []rune(word)
		if begun && len(line)+1+len(rest) > width {
			lines = append(lines, string(line))
			line, begun = []rune(indent), false
		}
		if begun {
			line = append(line, ' ')
		}
		for n := max(1, width-len(line)); len(rest) > n; n = max(1, width-len(line)) {
			lines = append(lines, string(append(line, rest[:n]...)))
			line, rest = []rune(indent), rest[n:]
		}
		line = append(line, rest...)
		begun = true
	}
	return append(lines, string(line))
}
