package heap

import (
	"fmt"
	"strings"
)

// Kinds of variant.
const (
	VariantRelease = "release" // code that was released
	VariantBug     = "bug"     // a real bug, or the code before its fix
	VariantMutant  = "mutant"  // one deliberate mistake
	VariantFixed   = "fixed"   // released code with a real bug repaired
	VariantTest    = "test"    // shows what the checker can and cannot see
)

// A Variant says whose code the heap runs.
type Variant struct {
	// Name is what flags and reports call the variant.
	Name string
	// Kind is one of the Variant constants.
	Kind string
	// Catch is the property or assertion site that reports the variant, ""
	// if nothing is expected to.
	Catch string
	// Doc is one sentence.
	Doc string

	// Entry is the group and number of a real bug in docs/BUGS.md, "" for what is
	// not one of them.
	Entry string
	// Released: Go 1.16 has the bug, so that it fails in Scenario as well if the
	// properties of Strict are checked. The fixed twin does not.
	Released bool
	// Issue is the number of the report at golang.org/issue, 0 if there is none.
	Issue int
	// Scenario is the scenario that catches the variant, "" if nothing is
	// expected to. It is explored with the variant even if it is not one of the
	// usual ones.
	Scenario string
	// Strict lists properties that Go 1.16 does not have and that are checked
	// with the variant all the same: the way to see a bug that Go 1.16 has.
	Strict []string
	// Survives says why nothing catches the variant.
	Survives string

	switches
}

// Variants returns the built-in variants in a fixed order: Go 1.16, what the
// seed commit is about, real bugs each before its fixed twin, and mutants.
func Variants() []*Variant {
	list := []*Variant{release()}
	list = append(list, seedVariants()...)
	list = append(list, bugVariants()...)
	return append(list, mutantVariants()...)
}

// release is Go 1.16, which a heap runs unless it is told otherwise.
func release() *Variant {
	return &Variant{Name: "go1.16", Kind: VariantRelease,
		Doc: "The page heap as Go 1.16 released it, with all assertions of the seed commit."}
}

// seedVariants are about what the seed commit changed.
func seedVariants() []*Variant {
	return []*Variant{
		{Name: "before", Kind: VariantBug, Entry: "E12", Issue: 40677, Catch: "flush/entry", Scenario: "procresize",
			Doc:      "The commit before: a P that is destroyed flushes its page cache without the heap lock.",
			switches: switches{destroyFlushUnlocked: true}},
		{Name: "before-relaxed", Kind: VariantTest,
			Doc:      "As before, and flush and update accept a stopped world instead of the lock, as their contracts were understood then.",
			Survives: "The world is stopped and nobody without a P uses the heap: the contract was wrong, not what was done.",
			switches: switches{destroyFlushUnlocked: true, relaxFlush: true, relaxUpdate: true}},
		{Name: "before-flush-relaxed", Kind: VariantTest, Catch: "update/entry", Scenario: "procresize",
			Doc:      "As before, and only flush accepts a stopped world: the failure moves to update.",
			switches: switches{destroyFlushUnlocked: true, relaxFlush: true}},
		{Name: "before-tests", Kind: VariantBug, Entry: "E12", Issue: 40677, Catch: "pageAlloc.grow/entry", Scenario: "test-helpers",
			Doc:      "The commit before: the runtime's test helpers call the page allocator without the heap lock.",
			switches: switches{testsUnlocked: true}},
		{Name: "lock-on-user-stack", Kind: VariantTest, Catch: "lock/systemstack", Scenario: "stack-growth",
			Doc:      "Freeing a span takes the heap lock on the goroutine's stack, whose growth needs the same lock.",
			switches: switches{freeSpanOnUserStack: true}},
	}
}

// BreakPrefix begins the names of variants that are made for one assertion
// point: the rest is its site. Whoever comes there is deprived of what the point
// requires, so that it fails if it is evaluated at all.
const BreakPrefix = "break:"

// LookupVariant returns the variant called name: a built-in one, or one that is
// made for an assertion point. The error lists the names that exist.
func LookupVariant(name string) (*Variant, error) {
	if site, ok := strings.CutPrefix(name, BreakPrefix); ok {
		return breaking(site)
	}
	var names []string
	for _, v := range Variants() {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	return nil, fmt.Errorf("no variant %q, have %s", name, strings.Join(names, ", "))
}

// breaking returns the variant that breaks a site.
func breaking(site string) (*Variant, error) {
	for _, s := range Sites() {
		if string(s.Site) == site {
			return &Variant{Name: BreakPrefix + site, Kind: VariantTest, Catch: site,
				Doc: "Who comes to " + site + " is deprived of what is required there.", switches: switches{breaks: s.Site}}, nil
		}
	}
	return nil, fmt.Errorf("no assertion point %q to break", site)
}

// validateVariants checks the list: unique names, a known kind and a sentence
// for each, and for each bug and mutant what catches it and where, or why
// nothing does.
func validateVariants(list []*Variant) error {
	seen := make(map[string]bool, len(list))
	for i, v := range list {
		switch {
		case v.Name == "" || strings.ContainsAny(v.Name, " \t\n"):
			return fmt.Errorf("variant %d: name %q", i, v.Name)
		case seen[v.Name]:
			return fmt.Errorf("variant %s: listed twice", v.Name)
		case !strings.HasSuffix(v.Doc, "."):
			return fmt.Errorf("variant %s: %q is no sentence", v.Name, v.Doc)
		}
		seen[v.Name] = true
		if (v.Catch == "") != (v.Scenario == "") && v.Kind != VariantFixed {
			return fmt.Errorf("variant %s: caught by %q in scenario %q", v.Name, v.Catch, v.Scenario)
		}
		switch v.Kind {
		case VariantRelease, VariantFixed, VariantTest:
		case VariantBug, VariantMutant:
			switch {
			case (v.Catch == "") == (v.Survives == ""):
				return fmt.Errorf("variant %s: a %s needs what catches it, or why nothing does", v.Name, v.Kind)
			case (v.switches == switches{}) != v.Released:
				return fmt.Errorf("variant %s: it is Go 1.16, or says so", v.Name)
			}
		default:
			return fmt.Errorf("variant %s: kind %q", v.Name, v.Kind)
		}
	}
	return nil
}
