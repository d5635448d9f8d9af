package modeldoc

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lockheld/heap"
)

// Bugs returns the text of docs/BUGS.md.
func Bugs() string {
	var b strings.Builder
	b.WriteString(bugsIntro)
	inRelease := 0
	for _, v := range bugs() {
		here, clean := "no", "`go1.16`"
		switch {
		case v.Released:
			inRelease++
			here, clean = "**yes**", "`"+v.Name+"-fixed`"
		case v.Catch == "":
			here, clean = "no bug", "all"
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s | %s | %s | %s | %s |\n", v.Entry, link(v.Issue), v.Name,
			here, code(v.Catch), code(v.Scenario), clean, cell(strings.TrimSpace(v.Doc+" "+v.Survives)))
	}
	fmt.Fprintf(&b, releasedBugs, inRelease)
	for _, v := range bugs() {
		if !v.Released {
			continue
		}
		how := "-scenario " + v.Scenario
		if len(v.Strict) > 0 {
			how += " -property +" + strings.Join(v.Strict, ",+")
		}
		fmt.Fprintf(&b, "| %s | `%s` | `explore %s` | %s |\n", v.Entry, v.Name, how, cell(v.Doc))
	}
	b.WriteString(leftOutBugs)
	for _, l := range heap.LeftOutBugs() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.Entry, link(l.Issue), cell(l.Doc), cell(l.Why))
	}
	return b.String()
}

// bugs returns the variants that are real bugs, by entry.
func bugs() []*heap.Variant {
	list := slices.DeleteFunc(heap.Variants(), func(v *heap.Variant) bool { return v.Entry == "" || v.Kind == heap.VariantFixed })
	slices.SortStableFunc(list, func(a, b *heap.Variant) int {
		return cmp.Or(cmp.Compare(a.Entry[0], b.Entry[0]), cmp.Compare(number(a.Entry), number(b.Entry)))
	})
	return list
}

// number returns the number of an entry within its group.
func number(entry string) int {
	n, err := strconv.Atoi(entry[1:])
	if err != nil {
		panic("modeldoc: entry " + entry)
	}
	return n
}

func link(issue int) string {
	if issue == 0 {
		return "-"
	}
	return fmt.Sprintf("[%d](https://go.dev/issue/%d)", issue, issue)
}

func code(s string) string {
	if s == "" {
		return "-"
	}
	return "`" + s + "`"
}

const bugsIntro = `# Real bugs

This file is generated from the variants of package heap: ` + "`go test ./internal/modeldoc -update`" + `. A test fails if it is not current, and another one finds every bug again.

Bugs of the Go page heap, its scavenger and its sweeper, and of what stops the world around them, by group: A locks and stacks, B page allocator, C scavenger, D sweeper and
reclaimer, E Ms, Ps and stops, F accounting, G when spans become visible, H what this project found itself. Each is a variant that differs from Go 1.16 in what made the bug; the sentence is about that, and the scenario is the smallest that shows it.
` + "`explore -variant NAME`" + ` ends with exit code 1 for each of them, and with 0 for the variant that is clean: ` + "`go1.16`" + `, or the bug's fixed twin where Go 1.16 has the bug itself.
The same table, to be read by programs: ` + "`explore list bugs`" + `. What it costs to find each: [KILLS.md](KILLS.md).

The reports do not tell everything. Reconstructed are which function took the lock in A2, what went wrong in C5, where the P was lost in E2 and how it came not to be stopped in E7, and which two counters
disagreed in F1; A8 is about a lock that was missing, which was not the reported symptom.

| entry | issue | variant | in Go 1.16 | caught by | scenario | clean | what |
|---|---|---|---|---|---|---|---|
`

const releasedBugs = `
## Known findings in Go 1.16

%d of these bugs are in the code that was released. They are findings, not noise: the commands below show them on variant ` + "`go1.16`" + `, which is what the scenario is expected to do. Where a property is named it is one that
Go 1.16 is known not to have and that is checked only on request; elsewhere the scenario opens what the others leave closed, such as execution tracing or aligned stacks.

| entry | variant | shown by | what |
|---|---|---|---|
`

const leftOutBugs = `
## Not modelled

| entry | issue | what was wrong | why it is left out |
|---|---|---|---|
`
