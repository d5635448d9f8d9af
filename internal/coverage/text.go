package coverage

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"lockheld/heap"
	"lockheld/model"
)

// Site is an assertion point with what is known of it.
type Site struct {
	Site      model.Site
	Scenarios []string // that reach it
	Variants  []string // whose entry says that they violate it
}

// AllSites returns every assertion point of the heap and of the machine.
func (c *Coverage) AllSites() []Site {
	catches := map[string][]string{}
	for _, v := range heap.Variants() {
		catches[v.Catch] = append(catches[v.Catch], v.Name)
	}
	var list []Site
	add := func(s model.Site) { list = append(list, Site{s, c.Sites[s], catches[string(s)]}) }
	for _, s := range heap.Sites() {
		add(s.Site)
	}
	for _, s := range model.Sites() {
		add(s.Site)
	}
	return list
}

// Write writes the coverage: lines with tabs, the sort of thing first. brief: it
// says of each site, branch, window and pair whether it is reached, not where,
// and nothing else.
func (c *Coverage) Write(w io.Writer, brief bool) error {
	c.brief = brief
	var b strings.Builder
	line := func(fields ...string) { b.WriteString(strings.Join(fields, "\t") + "\n") }
	sites := 0
	for _, s := range c.AllSites() {
		if len(s.Scenarios) > 0 {
			sites++
		}
		line("site", string(s.Site), c.in(s.Scenarios), c.unlessBrief("violated by "+orNone(s.Variants)))
	}
	for _, n := range branchList {
		line("branch", n, c.in(c.Branches[n]))
	}
	for _, x := range windowList {
		line("window", x.name, c.in(c.Windows[x.name]), x.doc)
		c.writePairs(x.name, line)
	}
	if brief {
		_, err := io.WriteString(w, b.String())
		return err
	}
	for _, g := range c.Goals {
		line("goal", g, "not reached")
	}
	for _, s := range c.Differs {
		line("switch", s.Variant.Name, c.in(s.Scenarios))
	}
	for _, s := range slices.SortedFunc(maps.Keys(c.Steps), compareSteps) {
		line("step", s.Function, s.Kind, s.Object, c.in(c.Steps[s]))
	}
	differ := 0
	for _, s := range c.Differs {
		if len(s.Scenarios) > 0 {
			differ++
		}
	}
	line("coverage", c.Variant, fmt.Sprintf("scenarios=%d executions=%d steps=%d violations=%d", len(c.Scenarios), c.Executions, c.Taken, c.Found),
		fmt.Sprintf("sites=%d/%d branches=%d/%d windows=%d/%d pairs=%d switches=%d/%d steps=%d", sites, len(c.AllSites()), len(c.Branches), len(branchList),
			len(c.Windows), len(windowList), c.pairs(), differ, len(c.Differs), len(c.Steps)))
	_, err := io.WriteString(w, b.String())
	return err
}

// pairs counts who moved while who was in which window.
func (c *Coverage) pairs() int {
	n := 0
	for p := range c.Pairs {
		if !p.Lock {
			n++
		}
	}
	return n
}

// writePairs writes who moved in a window.
func (c *Coverage) writePairs(window string, line func(...string)) {
	list := slices.SortedFunc(maps.Keys(c.Pairs), func(p, q Pair) int {
		return cmp.Or(cmp.Compare(p.Inside, q.Inside), cmp.Compare(p.Other, q.Other))
	})
	for _, p := range list {
		if p.Window != window || p.Lock {
			continue
		}
		locks := p
		locks.Lock = true
		line("pair", window, p.Inside, p.Other, c.in(c.Pairs[p]), "with the heap lock in "+c.in(c.Pairs[locks]))
	}
}

func (c *Coverage) unlessBrief(s string) string {
	if c.brief {
		return ""
	}
	return s
}

// in names scenarios, or says that they are all or none.
func (c *Coverage) in(scenarios []string) string {
	if c.brief && len(scenarios) > 0 {
		return "reached"
	}
	if len(scenarios) == len(c.Scenarios) && len(scenarios) > 3 && slices.Equal(scenarios, c.Scenarios) {
		return "all scenarios"
	}
	return orNone(scenarios)
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, ",")
}

func compareSteps(a, b Step) int {
	return cmp.Or(cmp.Compare(a.Function, b.Function), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Object, b.Object))
}
