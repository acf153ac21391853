"""What all remote APIs of the Smarty kind share: calls declared as functions, who calls, parameters, answers."""
