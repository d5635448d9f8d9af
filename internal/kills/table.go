package kills

import (
	"fmt"
	"strings"

	"lockheld/heap"
)

// A Table is everything that docs/KILLS.md shows.
type Table struct {
	Rows      []Row
	Survivors []Survivor
	Fixed     []Survivor
}

// Wrong says what of the table must not be: a mistake that nothing catches, or
// something that is found where nothing should be.
func (t *Table) Wrong() []string {
	var wrong []string
	for i := range t.Rows {
		if r := &t.Rows[i]; r.First == "" {
			wrong = append(wrong, fmt.Sprintf("%s survives %s, where %s should catch it", r.Variant.Name, r.Variant.Scenario, r.Variant.Catch))
		}
	}
	for _, list := range [][]Survivor{t.Survivors, t.Fixed} {
		for i := range list {
			if s := &list[i]; s.Found != "" {
				wrong = append(wrong, fmt.Sprintf("%s should survive, found %s", s.Variant.Name, s.Found))
			}
		}
	}
	return wrong
}

// Markdown returns the text of docs/KILLS.md.
func (t *Table) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, intro, Reduced, Seeds, Drawn, Bounded, Depth)
	b.WriteString(heading)
	for i := range t.Rows {
		b.WriteString(t.Rows[i].Markdown() + "\n")
	}
	kinds := map[string]int{}
	for i := range t.Rows {
		kinds[t.Rows[i].Variant.Kind]++
	}
	fmt.Fprintf(&b, "\n%d bugs, %d mutants and %d tests of the checker are caught.\n", kinds[heap.VariantBug], kinds[heap.VariantMutant], kinds[heap.VariantTest])
	fmt.Fprintf(&b, survivors, Survived)
	for i := range t.Survivors {
		s := &t.Survivors[i]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", s.Variant.Name, s.Variant.Kind, s.figures(), s.Variant.Doc, s.Variant.Survives)
	}
	if len(t.Fixed) > 0 {
		b.WriteString(fixed)
		for i := range t.Fixed {
			s := &t.Fixed[i]
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Variant.Name, s.figures(), s.Variant.Doc)
		}
	}
	return b.String()
}

func (s *Survivor) figures() string {
	return fmt.Sprintf("%d, %d complete | %d", s.Scenarios, s.Complete, s.Executions)
}

// Markdown returns the line of a row.
func (row *Row) Markdown() string {
	v := row.Variant
	caught := "nothing"
	if row.First != "" {
		kind, site, _ := strings.Cut(row.First, " ")
		caught = kind + " `" + site + "`"
		if site != v.Catch {
			caught += ", as a rule `" + v.Catch + "`"
		}
	}
	issue := ""
	if v.Issue > 0 {
		issue = fmt.Sprintf(" ([%d](https://go.dev/issue/%[1]d))", v.Issue)
	}
	cells := []string{"`" + v.Name + "`" + issue, v.Kind, caught, v.Scenario, row.Strategy, count(row.Reduced, Reduced, row.Finished)}
	for _, n := range row.Drawn {
		cells = append(cells, count(n, Drawn, false))
	}
	bound := fmt.Sprint(row.Bound)
	if row.Bound < 0 {
		bound = fmt.Sprintf(">%d", Bounds-1)
	}
	cells = append(cells, bound, fmt.Sprint(row.Steps), fmt.Sprint(row.Switches))
	return "| " + strings.Join(cells, " | ") + " |"
}

// count shows a number of executions. finished: nothing was found and there are
// no more executions.
func count(n, limit int64, finished bool) string {
	switch {
	case n > 0:
		return fmt.Sprint(n)
	case finished:
		return "never"
	}
	return fmt.Sprintf(">%d", limit)
}

const intro = `# What is caught, and at what cost

This file is generated: ` + "`go test ./internal/kills -update`" + `. A test measures every number again and fails if one has changed; with ` + "`-short`" + ` it measures every eighth variant.
Nothing in it depends on time, so the same code gives the same file on any machine. A variant with a mistake that nothing catches fails the test, and so does something found in a variant that is no mistake.

Every variant of ` + "`explore list variants`" + ` that is wrong stands here with the first violation that a search of its scenario meets, and the executions that each strategy needs until then:

* **first violation**, **found by**: what is reported first and by which strategy: ` + "`dpor`" + `, or where that finds nothing in time ` + "`dfs`" + ` with few preemptions, or a strategy that samples.
* **dpor**: the execution of optimal partial order reduction that meets it; ` + "`>%d`" + ` if none of so many does, ` + "`never`" + ` if none at all does.
* **random**, **pct**, **surw**: the median over the seeds 1 to %d of the execution that meets it, the lower of the two in the middle; ` + "`>%d`" + ` if it is more than that. These strategies say nothing about the executions that they did not run.
* **bound**: the fewest preemptions with which ` + "`dfs`" + ` meets it, in at most %d executions for each bound.
* **steps**, **preemptions**: of the shortest schedule known that leads to it, after it was made as short as possible. A preemption is a switch away from an M that could have gone on; fewer steps may cost a preemption more than the bound.

An execution has at most %d steps. ` + "`explore -scenario SCENARIO -variant VARIANT`" + ` repeats a row, with ` + "`-strategy`" + ` and ` + "`-seed`" + ` as wanted.
`

const heading = `
## Caught

| variant | kind | first violation | scenario | found by | dpor | random | pct | surw | bound | steps | preemptions |
|---|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|
`

const survivors = `
## Expected survivors

These differ from Go 1.16 and nothing may be reported. Each was run in all its scenarios with ` + "`dpor`" + `, at most %d executions of each.

| variant | kind | scenarios | executions | difference | why nothing catches it |
|---|---|---|---:|---|---|
`

const fixed = `
## Repaired twins

What catches a bug must pass the repaired code in the same scenario.

| variant | scenarios | executions | difference |
|---|---|---:|---|
`
