"""What `kept doctor` looks at, each as findings in words. Changes nothing."""
