using Faultline.Tool;

return FaultlineCommand.Run(args, Console.Out, Console.Error);
