package audit

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"lockheld/heap"
	"lockheld/model"
)

// Result is a tree held against the assertion points of Go 1.16.
type Result struct {
	Rows  []Row
	Came  []Assertion // in the tree, not in Go 1.16
	Went  []Gone      // in Go 1.16, not in the tree
	Stops int         // assertions that the world is stopped
	May   []Assertion // places that say that they may acquire the heap lock
}

// Row is an assertion about the heap lock with the point of the model that it is.
type Row struct {
	Assertion
	Site model.Site // "" if the model has none
}

// Gone is an assertion point that a tree does not have.
type Gone struct {
	Site     model.Site
	Function string
	Why      string
}

// Compare compares the assertions of a tree with those of Go 1.16. Within a
// function they are matched in order.
func Compare(t *Tree) *Result {
	r := &Result{}
	sites := points()
	for _, a := range t.Assertions {
		switch a.Kind {
		case heap.SiteSTW:
			r.Stops++
			continue
		case mayAcquire:
			r.May = append(r.May, a)
			continue
		}
		row := Row{Assertion: a}
		for i, s := range sites {
			if s.Function == a.Function && s.Kind == a.Kind {
				row.Site = s.Site
				sites = slices.Delete(sites, i, i+1)
				break
			}
		}
		if row.Site == "" {
			r.Came = append(r.Came, a)
		}
		r.Rows = append(r.Rows, row)
	}
	for _, s := range sites {
		r.Went = append(r.Went, Gone{s.Site, s.Function, why(t, s)})
	}
	return r
}

// points are the assertion points of the commit.
func points() []heap.SiteEntry {
	var list []heap.SiteEntry
	for _, s := range heap.Sites() {
		if s.Seed != 0 {
			list = append(list, s)
		}
	}
	return list
}

// why says why a tree does not have a point.
func why(t *Tree, s heap.SiteEntry) string {
	if !t.Functions[s.Function] {
		_, method, _ := strings.Cut(s.Function, ".")
		var others []string
		for f := range t.Functions {
			if _, m, ok := strings.Cut(f, "."); ok && m == method {
				others = append(others, f)
			}
		}
		slices.Sort(others)
		if len(others) > 0 && len(others) <= 2 {
			return "there is no such function; there is " + strings.Join(others, ", ")
		}
		return "there is no such function"
	}
	for _, a := range t.Assertions {
		if a.Function == s.Function && a.Kind != s.Kind {
			return fmt.Sprintf("the function has %s, not %s", a.Call, s.Kind)
		}
	}
	return "the function is there without it"
}

// Write writes the assertions of a tree, what came and what went, and a last
// line with the counts.
func (r *Result) Write(w io.Writer, t *Tree) error {
	var b strings.Builder
	functions := map[string]bool{}
	for _, row := range r.Rows {
		functions[row.Function] = true
		site := string(row.Site)
		if site == "" {
			site = "-"
		}
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s:%d\t%s\n", row.Function, row.Kind, row.Position, row.File, row.Line, site)
	}
	for _, a := range r.May {
		fmt.Fprintf(&b, "may acquire: %s\t%s:%d\n", a.Function, a.File, a.Line)
	}
	for _, a := range r.Came {
		fmt.Fprintf(&b, "came: %s\t%s\t%s\n", a.Function, a.Kind, a.Position)
	}
	for _, g := range r.Went {
		fmt.Fprintf(&b, "went: %s\t%s\t%s\n", g.Function, g.Site, g.Why)
	}
	version := t.Version
	if version == "" {
		version = "unknown version"
	}
	all := len(points())
	fmt.Fprintf(&b, "audit\t%s\tassertions=%d functions=%d stops=%d\tof the %d of Go 1.16: there=%d went=%d came=%d\n",
		version, len(r.Rows), len(functions), r.Stops, all, all-len(r.Went), len(r.Went), len(r.Came))
	_, err := io.WriteString(w, b.String())
	return err
}
