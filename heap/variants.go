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

// A Variant says whose code the heap runs. Each switch is read at the one
// place where the variant departs from Go 1.16.
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

	// destroyFlushUnlocked: p.destroy flushes the page cache without the
	// heap lock.
	destroyFlushUnlocked bool
	// relaxFlush: flush/entry accepts a stopped world instead of the lock.
	relaxFlush bool
	// relaxUpdate: update/entry accepts a stopped world instead of the lock.
	relaxUpdate bool
	// testsUnlocked: the runtime's test helpers call the page allocator on the
	// goroutine's stack and without the heap lock.
	testsUnlocked bool
	// reclaimTraceUnlocked: reclaimChunk does not take the lock back after it
	// has traced what it did.
	reclaimTraceUnlocked bool
	// freeSpanOnUserStack: freeSpan takes the heap lock without switching to
	// the system stack.
	freeSpanOnUserStack bool
}

// Variants returns the built-in variants in a fixed order, Go 1.16 first. They
// are shared and must not be changed.
func Variants() []*Variant {
	return []*Variant{
		{Name: "go1.16", Kind: VariantRelease,
			Doc: "The page heap as Go 1.16 released it, with all assertions of the seed commit."},
		{Name: "before", Kind: VariantBug, Catch: "flush/entry",
			Doc:                  "The commit before: a P that is destroyed flushes its page cache without the heap lock.",
			destroyFlushUnlocked: true},
		{Name: "before-relaxed", Kind: VariantTest,
			Doc:                  "As before, and flush and update accept a stopped world instead of the lock, as their contracts were understood then.",
			destroyFlushUnlocked: true, relaxFlush: true, relaxUpdate: true},
		{Name: "before-flush-relaxed", Kind: VariantTest, Catch: "update/entry",
			Doc:                  "As before, and only flush accepts a stopped world: the failure moves to update.",
			destroyFlushUnlocked: true, relaxFlush: true},
		{Name: "before-tests", Kind: VariantBug, Catch: "pageAlloc.grow/entry",
			Doc:           "The commit before: the runtime's test helpers call the page allocator without the heap lock.",
			testsUnlocked: true},
		{Name: "lock-on-user-stack", Kind: VariantTest, Catch: "lock/systemstack",
			Doc:                 "Freeing a span takes the heap lock on the goroutine's stack, whose growth needs the same lock.",
			freeSpanOnUserStack: true},
		{Name: "reclaim-no-relock", Kind: VariantMutant, Catch: "reclaimChunk/return",
			Doc:                  "After the event of execution tracing, reclaimChunk does not take the heap lock back.",
			reclaimTraceUnlocked: true},
	}
}

// release is the variant that a heap runs unless it is told otherwise.
func release() *Variant { return Variants()[0] }

// LookupVariant returns the built-in variant called name. The error lists the
// names that exist.
func LookupVariant(name string) (*Variant, error) {
	var names []string
	for _, v := range Variants() {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	return nil, fmt.Errorf("no variant %q, have %s", name, strings.Join(names, ", "))
}

// validateVariants checks the list: unique names, a known kind and a sentence
// for each, and a catch for each bug and mutant.
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
		switch v.Kind {
		case VariantRelease, VariantFixed, VariantTest:
		case VariantBug, VariantMutant:
			if v.Catch == "" {
				return fmt.Errorf("variant %s: a %s needs what catches it", v.Name, v.Kind)
			}
		default:
			return fmt.Errorf("variant %s: kind %q", v.Name, v.Kind)
		}
	}
	return nil
}
