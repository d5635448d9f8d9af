package main

// Stub until package properties exists.

const defaultVariant = "go1.16"

func defaultScenarios() []string { return nil }

func scenarioTarget(name, variant string, properties []string) (*target, error) {
	return nil, unknown("scenario", name, nil)
}

func listScenarios() []string  { return nil }
func listProperties() []string { return nil }
