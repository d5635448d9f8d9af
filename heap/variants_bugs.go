package heap

// bugVariants are real bugs, each before its fixed twin, if Go 1.16 is not the
// twin. A bug that Go 1.16 has differs from it in nothing but what is checked.
func bugVariants() []*Variant {
	var list []*Variant
	for _, group := range [][]*Variant{
		lockBugs(), pageBugs(), scavengerBugs(), sweepBugs(), procBugs(), statsBugs(), spanBugs(), ownFindings(),
	} {
		list = append(list, group...)
	}
	return list
}

// bug is an entry of the list of real bugs: its place in docs/BUGS.md and its
// issue, 0 if there is none, what catches it in which scenario, one sentence,
// and what differs from Go 1.16.
func bug(entry string, issue int, name, catch, scenario, doc string, sw switches) *Variant {
	return &Variant{Name: name, Kind: VariantBug, Entry: entry, Issue: issue, Catch: catch, Scenario: scenario,
		Doc: doc, switches: sw}
}

// released are the two entries of a bug that Go 1.16 has: its own, and that of
// Go 1.16 with the bug repaired by fix. strict are the properties that have to
// be checked for it to be seen.
func released(v *Variant, fix switches, fixed string, strict ...string) []*Variant {
	v.Released = true
	v.Strict = strict
	twin := &Variant{Name: v.Name + "-fixed", Kind: VariantFixed, Entry: v.Entry, Issue: v.Issue,
		Scenario: v.Scenario, Strict: strict, Doc: fixed, switches: fix}
	return []*Variant{v, twin}
}
