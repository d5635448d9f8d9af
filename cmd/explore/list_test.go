package main

import (
	"regexp"
	"testing"
)

// Every list has at least one line; each line is a unique name, a tab, and a
// sentence, and for variants a kind and what catches it in between.
func TestLists(t *testing.T) {
	plain := regexp.MustCompile(`^(\S+)\t[^\t\n]+\.$`)
	variant := regexp.MustCompile(`^(\S+)\t(?:release|bug|mutant|fixed|test)\t\S+\t[^\t\n]+\.$`)
	bug := regexp.MustCompile(`^(\S+)\t(?:#\d+|-)\t(?:caught|in-go1\.16|harmless|left-out)(?:\t\S+){3}\t[^\t\n]+\.$`)
	for _, l := range lists {
		shape := plain
		switch l.name {
		case "variants":
			shape = variant
		case "bugs":
			shape = bug
		}
		seen := map[string]bool{}
		for _, line := range l.lines() {
			m := shape.FindStringSubmatch(line)
			switch {
			case m == nil:
				t.Errorf("list %s: %q", l.name, line)
			case seen[m[1]]:
				t.Errorf("list %s has %s twice", l.name, m[1])
			default:
				seen[m[1]] = true
			}
		}
		if len(seen) == 0 {
			t.Errorf("list %s is empty", l.name)
		}
	}
}
