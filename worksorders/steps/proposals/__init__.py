"""Another time for an offered visit: a firm proposes it, the planner's checker looks at it, a coordinator agrees or not."""
