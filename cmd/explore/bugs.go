package main

import (
	"fmt"
	"strings"

	"lockheld/heap"
	"lockheld/sched"
)

// listBugs lists the real bugs: name, issue, whether Go 1.16 has it, what
// catches it, in which scenario, which variant is clean there, and a sentence.
// A bug that no variant has is named by its issue.
func listBugs() []string {
	var lines []string
	for _, v := range heap.Variants() {
		if v.Entry == "" || v.Kind == heap.VariantFixed {
			continue
		}
		state, clean := "caught", "go1.16"
		switch {
		case v.Catch == "":
			state = "harmless"
		case v.Released:
			state, clean = "in-go1.16", v.Name+"-fixed"
		}
		lines = append(lines, strings.Join([]string{v.Name, issue(v.Issue), state, orNone(v.Catch), orNone(v.Scenario), clean, v.Doc}, "\t"))
	}
	for _, b := range heap.LeftOutBugs() {
		lines = append(lines, strings.Join([]string{fmt.Sprintf("issue-%d", b.Issue), issue(b.Issue), "left-out", "-", "-", "-", b.Doc + " " + b.Why}, "\t"))
	}
	return lines
}

func issue(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("#%d", n)
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// known says which violations of a release are bugs that it is known to have.
func known(variant, scenario string, found []sched.Finding) []string {
	if v, err := heap.LookupVariant(variant); err != nil || v.Kind != heap.VariantRelease {
		return nil
	}
	var notes []string
	for i := range found {
		for _, v := range heap.Variants() {
			if v.Released && v.Catch == found[i].Violation.Site && (v.Strict != nil || v.Scenario == scenario) {
				note := fmt.Sprintf("Go 1.16 has this bug, see %s in explore list bugs", v.Name)
				if v.Issue != 0 {
					note += ", issue " + issue(v.Issue)
				}
				notes = append(notes, note)
			}
		}
	}
	return notes
}
