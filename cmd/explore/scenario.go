package main

import (
	"fmt"
	"slices"
	"strings"

	"lockheld/heap"
	"lockheld/internal/program"
	"lockheld/internal/report"
	"lockheld/model"
	"lockheld/properties"
	"lockheld/sched"
)

// defaultVariant is whose code scenarios run if nothing else is asked for.
const defaultVariant = "go1.16"

func scenarioNames(list []properties.Scenario) []string {
	var names []string
	for i := range list {
		names = append(names, list[i].Name)
	}
	return names
}

// allScenarios are the scenarios in both sizes, the small ones first, and those
// that are made for a variant.
func allScenarios() []properties.Scenario {
	return slices.Concat(properties.Scenarios(), properties.LargeScenarios(), properties.SpecialScenarios())
}

// scenarioTarget is a scenario on a variant with some properties, nil being
// all that apply.
func scenarioTarget(name, variant string, selected []string) (*target, error) {
	if err := checkScenario(name, variant, selected); err != nil {
		return nil, err
	}
	coverage := new(model.Coverage)
	p, err := properties.Build{Scenario: name, Variant: variant, Properties: selected, Coverage: coverage}.Program()
	if err != nil {
		return nil, usageError{err}
	}
	sc, err := properties.LookupScenario(name)
	if err != nil {
		return nil, usageError{err}
	}
	return &target{name: name, variant: variant, program: p, subject: report.PageHeap(propertyDocs()), coverage: coverage,
		token: sched.Token{Scenario: name, Variant: variant, Geometry: sc.Geometry, Properties: selected}}, nil
}

// checkScenario finds names that do not exist, to say what was probably meant.
func checkScenario(name, variant string, selected []string) error {
	if names := scenarioNames(allScenarios()); !slices.Contains(names, name) {
		for _, e := range program.List() {
			names = append(names, e.Pattern())
		}
		return unknown("scenario", name, names)
	}
	var variants []string
	for _, v := range heap.Variants() {
		variants = append(variants, v.Name)
	}
	if strings.HasPrefix(variant, heap.BreakPrefix) {
		if _, err := heap.LookupVariant(variant); err != nil {
			return usageError{err}
		}
	} else if !slices.Contains(variants, variant) {
		return unknown("variant", variant, variants)
	}
	var all []string
	for _, e := range properties.Properties() {
		all = append(all, e.Name)
	}
	for _, p := range selected {
		if name := strings.TrimLeft(p, "+-"); !slices.Contains(all, name) {
			return unknown("property", name, all)
		}
	}
	return nil
}

// checkGeometry refuses a token that was made for other sizes.
func (t *target) checkGeometry(tok *sched.Token) error {
	if tok.Geometry != t.token.Geometry {
		return fmt.Errorf("%w: it was made for the geometry %q, %s has %q", sched.ErrStale, tok.Geometry, t.name, t.token.Geometry)
	}
	return nil
}

// propertyDocs has what holds, for each property and goal.
func propertyDocs() map[string]string {
	docs := map[string]string{}
	for _, e := range properties.Properties() {
		docs[e.Name] = e.Doc
	}
	for _, g := range properties.Goals() {
		docs[g.Name] = "The search should come to this: " + g.Doc
	}
	return docs
}

// siteFigures says which assertion points of the commit were evaluated.
func siteFigures(c *model.Coverage) string {
	var missing []string
	n := 0
	for _, s := range heap.Sites() {
		if s.Seed == 0 {
			continue
		}
		n++
		if c.Reached(s.Site) == 0 {
			missing = append(missing, string(s.Site))
		}
	}
	if len(missing) == 0 {
		return fmt.Sprintf("all %d assertion points of the commit were evaluated", n)
	}
	return fmt.Sprintf("%d of the %d assertion points of the commit were evaluated, not %s", n-len(missing), n, strings.Join(missing, ", "))
}

func listScenarios() []string {
	var lines []string
	for _, s := range allScenarios() {
		lines = append(lines, entry(s.Name, s.Doc))
	}
	return lines
}

func listProperties() []string {
	var lines []string
	for _, e := range properties.Properties() {
		lines = append(lines, entry(e.Name, e.Doc))
	}
	return lines
}
